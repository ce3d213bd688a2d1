namespace PeerReplica;

/// <summary>A concern was not met in time. The common part of <see cref="WriteConcernException"/> and <see cref="ReadConcernException"/>.</summary>
public abstract class ConcernException : PeerReplicaException
{
    private protected ConcernException(string message, Hosting.ConcernReport report)
        : base(message)
    {
        Required = report.Required;
        Reached = report.Reached;
        Members = report.Members;
    }

    /// <summary>How many replicas the concern asked for, this one counted.</summary>
    public int Required { get; }

    /// <summary>How many had answered when time ran out, this one counted.</summary>
    public int Reached { get; }

    /// <summary>
    /// Who counted, this replica first: the members known when time ran out, also those out of reach, but no run that a later one of its instance has superseded. Fewer than the concern
    /// counted where <see cref="PeerReplicaOptions.ExpectedReplicas"/> are more than have appeared.
    /// </summary>
    public IReadOnlyList<ConcernMember> Members { get; }
}
