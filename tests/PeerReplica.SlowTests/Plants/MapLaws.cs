using System.Globalization;
using PeerReplica.Testing;

namespace PeerReplica.SlowTests.Plants;

/// <summary>What maps promise about sliding expiration and limits, each as what is wrong, or null.</summary>
internal static class MapLaws
{
    private static readonly EntryExpiration s_sliding = new() { Sliding = TimeSpan.FromSeconds(20) };

    public static string? AReadIsReplicatedOnceInATenthOfTheWindow()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, int>("sessions"));
        Map(cluster, 0).Set("s", 1, s_sliding);
        cluster.RunUntilConverged();
        var before = Published(cluster);
        for (var read = 0; read < 2_000; read++)
        {
            Map(cluster, 1).TryGetValue("s", out _);
            cluster.RunFor(TimeSpan.FromMilliseconds(10));
        }

        var published = Published(cluster) - before;
        return published <= 11 ? null : $"{published} writes for one window of reads";
    }

    public static string? ATouchPostponesOnlyTheValueThatWasRead()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, int>("sessions"));
        Map(cluster, 0).Set("s", 1, new EntryExpiration { Sliding = TimeSpan.FromMinutes(60) });
        cluster.RunFor(TimeSpan.FromMinutes(10));
        cluster.WhileSplit(() =>
        {
            Map(cluster, 0).Set("s", 2, s_sliding);
            cluster.RunFor(TimeSpan.FromSeconds(5));
            Map(cluster, 1).TryGetValue("s", out _);
        });
        cluster.RunFor(TimeSpan.FromSeconds(18));
        return Map(cluster, 0).ContainsKey("s") || Map(cluster, 1).ContainsKey("s") ? "a use of the value before it kept a value alive" : null;
    }

    public static string? ATouchOnItsWayWhenTheEntryEndsCounts()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, int>("sessions"));
        Map(cluster, 0).Set("s", 1, s_sliding);
        cluster.RunFor(TimeSpan.FromSeconds(21.9));
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[1]);
        Map(cluster, 1).TryGetValue("s", out _);
        cluster.RunFor(TimeSpan.FromSeconds(0.2));
        cluster.Network.RestoreAll();
        cluster.RunUntilConverged();
        return Map(cluster, 0).ContainsKey("s") && Map(cluster, 1).ContainsKey("s") ? null : "an entry was removed that was used before its end";
    }

    public static string? TheEntryUsedLongestAgoIsEvicted()
    {
        using var cluster = Caches(limit: 3);
        foreach (var key in new[] { 1, 2, 3, 1, 4 })
        {
            Map(cluster, key % 2).Set(Key(key), key);
            cluster.RunUntilConverged();
            cluster.RunFor(TimeSpan.FromMilliseconds(20));
        }

        var left = string.Join(',', Map(cluster, 0).Select(e => e.Key).Order(StringComparer.Ordinal));
        return left == "1,3,4" ? null : $"{left} is left";
    }

    public static string? WhatArrivesBeyondTheLimitIsEvicted()
    {
        using var cluster = Caches(limit: 50);
        cluster.WhileSplit(() =>
        {
            for (var key = 0; key < 100; key++) Map(cluster, key % 2).Set(Key(key), key);
        });
        cluster.RunFor(TimeSpan.FromMinutes(1));
        var counts = cluster.Replicas.Select(r => Map(cluster, r.Index).Count).ToArray();
        return counts.All(c => c <= 50) ? null : $"the replicas hold {string.Join(" and ", counts)} entries";
    }

    private static SimulatedCluster Caches(int limit) => Simulated.Cluster(2, b => b.AddMap<string, int>("sessions", o =>
    {
        o.MaxEntries = limit;
        o.Eviction = MapEviction.LeastRecentlyUsed;
    }));

    private static IReplicatedMap<string, int> Map(SimulatedCluster cluster, int index) => cluster.On(index).GetMap<string, int>("sessions");

    private static string Key(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Published(SimulatedCluster cluster) => cluster.Running.Sum(r => r.Node.Host.Core.Counters.Published);
}
