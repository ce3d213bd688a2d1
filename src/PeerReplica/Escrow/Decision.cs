namespace PeerReplica.Escrow;

/// <summary>
/// One entry of the account consensus's log: who votes from now on, what is granted, whose account is closed. Decisions are numbered without gaps and each is decided
/// by a quorum of the voters that the one before it named; the first by all that formed the cluster. Immutable.
/// </summary>
internal sealed record Decision
{
    /// <summary>Which bootstrap it belongs to.</summary>
    public required ReplicaId BootstrapId { get; init; }

    /// <summary>Who votes on the next, in the order of their ids.</summary>
    public required ReplicaId[] Voters { get; init; }

    /// <summary>
    /// For each account up to where its owner's records must be contained before a voter takes part in what comes next: what earlier voters had acknowledged
    /// is carried over to later ones.
    /// </summary>
    public Mark[] Cut { get; init; } = [];

    public InitialGrant[] InitialGrants { get; init; } = [];

    public Closing[] Closings { get; init; } = [];
}
