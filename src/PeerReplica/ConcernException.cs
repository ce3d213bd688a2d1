namespace PeerReplica;

/// <summary>A concern was not met in time. The common part of <see cref="WriteConcernException"/> and <see cref="ReadConcernException"/>.</summary>
public abstract class ConcernException : PeerReplicaException
{
    private protected ConcernException(string message, int required, int reached)
        : base(message)
    {
        Required = required;
        Reached = reached;
    }

    /// <summary>How many replicas the concern asked for, this one counted.</summary>
    public int Required { get; }

    /// <summary>How many had answered when time ran out, this one counted.</summary>
    public int Reached { get; }
}
