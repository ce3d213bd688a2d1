using PeerReplica.Testing;

namespace PeerReplica.SlowTests.Simulation;

/// <summary>What sessions cost that are refreshed all the time.</summary>
[Collection(Hostile.MemoryCollection.Name)]
public sealed class SessionMemoryTests
{
    private const int Sessions = 20_000;
    private static readonly TimeSpan s_timeToLive = TimeSpan.FromSeconds(30);

    [Fact]
    public void Twenty_thousand_sessions_that_are_refreshed_every_second_for_an_hour_take_no_more_memory_at_its_end()
    {
        var options = new SimulationOptions { Seed = 2, Replicas = 2, KeepsHistory = false, Configure = o => o.BroadcastInterval = TimeSpan.FromMilliseconds(100) };
        using var cluster = new SimulatedCluster(options, b => b.AddMap<int, int>("sessions"));
        cluster.RunFor(TimeSpan.FromSeconds(5));
        var map = cluster.Replicas[0].Replica.GetMap<int, int>("sessions");
        var (heapAfterAMinute, most) = (0L, 0L);
        for (var second = 1; second <= 3_600; second++)
        {
            for (var key = 0; key < Sessions; key++) map.Set(key, second, s_timeToLive);
            cluster.RunFor(TimeSpan.FromSeconds(1));
            most = Math.Max(most, cluster.Replicas.Max(r => r.Run!.Node.Host.ExpiryNodes));
            if (second == 60) heapAfterAMinute = GC.GetTotalMemory(forceFullCollection: true);
        }

        var heapAfterAnHour = GC.GetTotalMemory(forceFullCollection: true);
        Assert.InRange(most, Sessions, Sessions + 64);
        Assert.InRange(heapAfterAnHour, 0, heapAfterAMinute + (heapAfterAMinute / 10));
        Assert.All(cluster.Replicas, r => Assert.Equal(Sessions, r.Replica.GetMap<int, int>("sessions").Count));
        cluster.RunFor(s_timeToLive * 2);
        Assert.All(cluster.Replicas, r => Assert.Equal((0, 0L), (r.Replica.GetMap<int, int>("sessions").Count, r.Run!.Node.Host.ExpiryNodes)));
    }
}
