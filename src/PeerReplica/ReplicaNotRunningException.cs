namespace PeerReplica;

/// <summary>
/// The replica is at a stage at which the call cannot succeed: a write that no peer would ever receive, a wait that cannot end, or a request that only a running replica can make. A write
/// that was refused changed nothing. A replica that was stopped, faulted or failed to start stays so: build a new host.
/// </summary>
public sealed class ReplicaNotRunningException : PeerReplicaException
{
    internal ReplicaNotRunningException(ReplicaState state, string message, Exception? innerException = null)
        : base(message, innerException) => State = state;

    /// <summary>The replica's stage when the call was refused.</summary>
    public ReplicaState State { get; }

    /// <summary>The same for another caller: an exception that several threads throw would mix their stack traces.</summary>
    internal ReplicaNotRunningException Again() => new(State, Message, InnerException);
}
