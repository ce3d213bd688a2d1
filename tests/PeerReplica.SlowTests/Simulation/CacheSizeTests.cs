using System.Globalization;
using PeerReplica.Testing;

namespace PeerReplica.SlowTests.Simulation;

/// <summary>A large cache that is written to far beyond its limit, in virtual time.</summary>
public sealed class CacheSizeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_cache_of_10000_entries_keeps_its_size_under_100000_distinct_writes_and_all_replicas_hold_the_same(int writers)
    {
        const int Limit = 10_000;

        // Each check against the history of all changes walks over all entries.
        using var cluster = new SimulatedCluster(new SimulationOptions { Replicas = 3, EventsPerCheck = 10_000 }, b => b.AddMap<string, int>("cache", o =>
        {
            o.MaxEntries = Limit;
            o.Eviction = MapEviction.LeastRecentlyUsed;
        }));
        cluster.RunUntilMeshed();
        var most = 0;
        for (var write = 0; write < 100_000; write++)
        {
            Cache(cluster, write % writers).Set(Key(write), write);
            if (write % 100 != 99) continue;
            cluster.RunFor(TimeSpan.FromMilliseconds(10));
            if (write % 10_000 == 9_999) most = Math.Max(most, cluster.Replicas.Max(r => Cache(cluster, r.Index).Count));
        }

        // What others wrote since a replica last evicted comes on top while they write.
        Assert.InRange(most, Limit - 300, Limit + (writers == 1 ? 0 : 300));
        cluster.RunFor(TimeSpan.FromSeconds(1));
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r => Assert.InRange(Cache(cluster, r.Index).Count, Limit - 300, Limit));

        // The newest are those that are left.
        for (var write = 91_000; write < 100_000; write++) Assert.True(Cache(cluster, 2).ContainsKey(Key(write)), Key(write));
        cluster.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal("", cluster.DescribeTombstones());
    }

    private static IReplicatedMap<string, int> Cache(SimulatedCluster cluster, int index) => cluster.On(index).GetMap<string, int>("cache");

    private static string Key(int number) => number.ToString("00000", CultureInfo.InvariantCulture);
}
