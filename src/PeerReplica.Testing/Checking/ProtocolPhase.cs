namespace PeerReplica.Testing.Checking;

/// <summary>What a run is doing; it may be in several phases at a time.</summary>
[Flags]
internal enum ProtocolPhase
{
    None = 0,

    /// <summary>A dial or a hello is on its way.</summary>
    Handshake = 1,

    /// <summary>A transfer of several frames is being sent or received.</summary>
    Transfer = 2,

    /// <summary>Changes are on their way and not acknowledged; no transfer is.</summary>
    Deltas = 4,

    /// <summary>Rights or a reservation are asked for, or a rights transfer or a limit is not yet acknowledged.</summary>
    Escrow = 8,

    /// <summary>A ballot is promised; no value is accepted.</summary>
    Prepare = 16,

    /// <summary>A value is accepted; its decision is not known.</summary>
    Accept = 32,

    /// <summary>It is stopping in good order.</summary>
    Leave = 64,
}
