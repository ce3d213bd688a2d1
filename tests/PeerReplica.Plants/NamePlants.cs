namespace PeerReplica.Plants;

/// <summary>Plants in how replicas find each other by names, and in which replica is the first of a cluster.</summary>
internal static class NamePlants
{
    public static Plant[] All { get; } =
    [
        // A name is given up once one of its addresses turns out to be this replica.
        new("RetireOwnName",
            new PlantEdit("Replication/ReplicaCore.Names.cs", "if (name.QueryId != 0 || name.Member is { Link: not null }) continue;",
                "if (name.QueryId != 0 || name.Member is { Link: not null } || (PLANTED && _targets.Exists(t => t.IsSelf && t.Names.Contains(name)))) continue;")),

        // Of the addresses of a name only the first is dialed.
        new("FirstAddressOnly",
            new PlantEdit("Replication/ReplicaCore.Names.cs", ".Take(MaxAddresses)", ".Take(PLANTED ? 1 : MaxAddresses)")),

        // A name is resolved once.
        new("ResolveOnce",
            new PlantEdit("Replication/ReplicaCore.Names.cs", "name.NextQuery = now + QueryInterval(name);", "name.NextQuery = PLANTED ? Instant.Never : now + QueryInterval(name);")),

        // Whoever finds nobody synchronized is the first of a cluster, whatever it reaches.
        new("EveryoneIsFirst",
            new PlantEdit("Replication/ReplicaCore.FirstSync.cs", "return WhyNotFirst(own);\n        var settledAt", "return PLANTED ? default : WhyNotFirst(own);\n        var settledAt")),

        // A dead address below all others keeps a cluster from starting.
        new("WaitForLowestAddress",
            new PlantEdit("Replication/ReplicaCore.FirstSync.cs", "if (!IsQuorumOfSeeds() && !IsExpectedNumber())", "if (PLANTED || (!IsQuorumOfSeeds() && !IsExpectedNumber()))")),
    ];
}
