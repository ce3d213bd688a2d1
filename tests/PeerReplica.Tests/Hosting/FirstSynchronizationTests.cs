using PeerReplica.Testing;

namespace PeerReplica.Tests.Hosting;

public sealed class FirstSynchronizationTests
{
    [Fact]
    public void It_includes_what_was_written_a_moment_ago_and_waits_for_its_broadcast()
    {
        using var cluster = new SimulatedCluster(
            new SimulationOptions { Replicas = 1, Configure = o => o.BroadcastInterval = TimeSpan.FromSeconds(5) },
            o => o.AddCounter("c"));
        var here = cluster.Replicas[0].Replica.GetCounter("c");
        here.Add(1);
        cluster.RunFor(TimeSpan.FromMilliseconds(1));
        here.Add(1);
        cluster.RunFor(TimeSpan.FromMilliseconds(1));
        var newcomer = cluster.Add().Replica;
        cluster.Run(() => newcomer.WaitUntilSyncedAsync(), TimeSpan.FromSeconds(1));
        Assert.Equal(2, newcomer.GetCounter("c").Value);
    }
}
