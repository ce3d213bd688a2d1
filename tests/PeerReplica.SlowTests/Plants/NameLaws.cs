using PeerReplica.Testing;

namespace PeerReplica.SlowTests.Plants;

/// <summary>How replicas find each other by one name, on virtual time. Each returns what broke, or null.</summary>
internal static class NameLaws
{
    private const string Shared = "app:7400";

    /// <summary>A name that at first stands for this replica alone leads to the others once it stands for them.</summary>
    public static string? ANameIsResolvedForAsLongAsTheReplicaRuns()
    {
        using var cluster = Create(2);
        foreach (var replica in cluster.Replicas) cluster.Network.SetNameFor(replica, Shared, replica.Address);
        cluster.RunFor(TimeSpan.FromSeconds(10));
        foreach (var replica in cluster.Replicas) cluster.Network.SetNameFor(replica, Shared, [.. cluster.Replicas.Select(r => r.Address)]);
        return WhyNotLinked(cluster);
    }

    /// <summary>The first address in each answer is dead; the others are dialed all the same.</summary>
    public static string? AllAddressesOfANameAreDialed()
    {
        using var cluster = Create(3);
        foreach (var replica in cluster.Replicas) cluster.Network.SetNameFor(replica, Shared, ["dead:7400", .. cluster.Replicas.Select(r => r.Address)]);
        return WhyNotLinked(cluster);
    }

    /// <summary>Replicas that reach nobody are not synchronized, but for the one at the lowest address.</summary>
    public static string? OnlyTheLowestAddressBeginsAlone()
    {
        using var cluster = Create(3);
        for (var i = 0; i < 3; i++) cluster.Isolate(i);
        cluster.RunFor(TimeSpan.FromSeconds(20));
        var first = cluster.Replicas.Count(r => r.Run!.Node.Host.Core.IsSynced);
        return first == 1 ? null : $"{first} replicas that reach nobody are synchronized";
    }

    /// <summary>A majority starts although the lowest address is dead.</summary>
    public static string? ADeadLowestAddressDoesNotKeepAMajorityFromStarting()
    {
        using var cluster = Create(2);
        cluster.Network.SetName(Shared, ["dead:7400", .. cluster.Replicas.Select(r => r.Address)]);
        cluster.RunFor(TimeSpan.FromSeconds(20));
        return cluster.Replicas.All(r => r.Run!.Node.Host.Core.IsSynced) ? null : "two of three addresses have not started";
    }

    private static string? WhyNotLinked(SimulatedCluster cluster)
    {
        cluster.RunFor(TimeSpan.FromSeconds(60));
        var alone = cluster.Replicas.Where(r => !r.Run!.Node.Host.Core.Links.Any(l => l.IsOpen)).Select(r => r.NodeName).ToArray();
        return alone.Length == 0 ? null : $"{string.Join(", ", alone)} found nobody";
    }

    private static SimulatedCluster Create(int replicas) => new(new SimulationOptions { Replicas = replicas, SharedSeed = Shared }, b => b.AddCounter("counter"));
}
