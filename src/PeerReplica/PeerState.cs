using System.Text.Json.Serialization;

namespace PeerReplica;

/// <summary>What this replica knows of a peer.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PeerState>))]
public enum PeerState
{
    /// <summary>Connected directly.</summary>
    Up,

    /// <summary>A member, but not connected to this replica at present; changes may travel through others.</summary>
    Unreachable,

    /// <summary>Left in good order, or forgotten: no longer a member.</summary>
    Gone,

    /// <summary>
    /// A peer that this replica keeps out for a while, because it sent what cannot be valid. Other replicas may be
    /// connected with it.
    /// </summary>
    Quarantined,

    /// <summary>A member whose identity an operator expelled with <see cref="IPeerReplica.ExpelAsync"/>.</summary>
    Expelled,
}
