namespace PeerReplica;

/// <summary>What this replica knows of a peer.</summary>
public enum PeerState
{
    /// <summary>Connected directly.</summary>
    Up,

    /// <summary>A member, but not connected to this replica at present; changes may travel through others.</summary>
    Unreachable,

    /// <summary>Left in good order, or forgotten: no longer a member.</summary>
    Gone,
}
