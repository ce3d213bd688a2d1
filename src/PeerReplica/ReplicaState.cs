using System.Text.Json.Serialization;

namespace PeerReplica;

/// <summary>The stage of a replica's life. What each call does at each stage: <c>docs/reference/lifecycle.md</c>, "Calls at each stage".</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReplicaState>))]
public enum ReplicaState
{
    /// <summary>Not started yet. Objects can be read and written; the writes are published at the start.</summary>
    Created,

    /// <summary>The transport is being opened. Calls behave as before the start.</summary>
    Starting,

    /// <summary>Exchanging changes with every peer it can reach.</summary>
    Running,

    /// <summary>Handing its last changes and unused rights to peers. Writes are accepted until the last broadcast; later ones are refused.</summary>
    Stopping,

    /// <summary>Stopped for good. Reads work, writes are refused with <see cref="ReplicaNotRunningException"/>.</summary>
    Stopped,

    /// <summary>
    /// Ended by a failed start or a broken invariant; <see cref="IPeerReplica.Fault"/> says which. Reads work, writes are refused with
    /// <see cref="ReplicaNotRunningException"/>. Stopping it leads to <see cref="Stopped"/>.
    /// </summary>
    Faulted,
}
