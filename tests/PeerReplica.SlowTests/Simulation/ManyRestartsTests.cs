using PeerReplica.Testing;

namespace PeerReplica.SlowTests.Simulation;

/// <summary>A cluster that has seen far more starts than a frame has room for: vectors go in parts.</summary>
public sealed class ManyRestartsTests
{
    [Fact]
    public void A_newcomer_gets_everything_although_no_vector_fits_a_frame()
    {
        using var cluster = new SimulatedCluster(
            new SimulationOptions { MaxFrameBytes = 512, EventsPerCheck = 10_000, Configure = o => o.ForgetAfter = TimeSpan.FromSeconds(2) },
            o => o.AddCounter("c").AddMap<int, int>("m"));
        var restarted = cluster.Replicas[2];
        for (var run = 0; run < 60; run++)
        {
            restarted.Replica.GetCounter("c").Add(1);
            restarted.Replica.GetMap<int, int>("m").Set(run, run);
            cluster.RunUntilConverged();
            restarted.Crash();
            restarted.Start();
        }

        var newcomer = cluster.Add();
        cluster.RunUntilConverged();
        Assert.Equal(60, newcomer.Replica.GetCounter("c").Value);
        Assert.Equal(60, newcomer.Replica.GetMap<int, int>("m").Count);
        cluster.RunFor(TimeSpan.FromSeconds(10));
        cluster.Run(() => newcomer.Replica.RefreshAsync(ReadConcern.All), TimeSpan.FromSeconds(10));
        Assert.Equal("", cluster.DescribeTombstones());
    }
}
