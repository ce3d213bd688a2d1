namespace PeerReplica.Escrow;

/// <summary>What a replica's surroundings tell its part of the account consensus.</summary>
internal sealed record ConsensusInputs
{
    /// <summary>Whether it is this replica's turn to propose.</summary>
    public bool MayPropose { get; init; }

    /// <summary>The replicas that could form the cluster together now, this one among them, in the order of their ids; empty while they are too few.</summary>
    public ReplicaId[] Ready { get; init; } = [];

    /// <summary>Whether nobody in reach would have another form the cluster.</summary>
    public bool IsAgreed { get; init; } = true;

    /// <summary>Which replicas can be reached, this one not counted.</summary>
    public IReadOnlySet<ReplicaId> Reachable { get; init; } = new HashSet<ReplicaId>();

    /// <summary>
    /// Which replicas this one would name as new voters, of those that can be reached; null: all. Where peers are authenticated,
    /// only those that are linked with it, one for each identity: nobody votes who is only said to exist.
    /// </summary>
    public IReadOnlySet<ReplicaId>? Known { get; init; }
}
