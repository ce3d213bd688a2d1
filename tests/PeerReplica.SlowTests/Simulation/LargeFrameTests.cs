using PeerReplica.Testing;

namespace PeerReplica.SlowTests.Simulation;

/// <summary>Frames as large as the window, on a network that loses some.</summary>
public sealed class LargeFrameTests
{
    [Theory]
    [InlineData(4 << 20)]
    [InlineData(8 << 20)]
    [InlineData(16 << 20)]
    public void Links_go_on_after_lost_frames_whatever_their_size(int maxFrameBytes)
    {
        for (var seed = 1UL; seed <= 8; seed++)
        {
            var options = new SimulationOptions
            {
                Seed = seed,
                Replicas = 2,
                Faults = FaultOptions.None with { Loss = 0.02, Stalls = true },
                Configure = o => (o.MaxFrameBytes, o.PeerTimeout) = (maxFrameBytes, TimeSpan.FromSeconds(3)),
            };
            using var cluster = new SimulatedCluster(options, b => b.AddMap<int, int>("m"));
            cluster.RunFor(TimeSpan.FromSeconds(2));
            for (var i = 0; i < 1_000; i++)
            {
                cluster.Replicas[i % 2].Replica.GetMap<int, int>("m").Set(i % 50, i);
                cluster.RunFor(TimeSpan.FromMilliseconds(20));
            }

            // Still with loss: a link that stands still is not helped by its end.
            cluster.RunUntilConverged(TimeSpan.FromSeconds(10));
            for (var i = 0; i < 2; i++)
            {
                cluster.Replicas[i].Replica.GetMap<int, int>("m").Set(-1, i);
                cluster.RunUntil(() => cluster.Replicas[1 - i].Replica.GetMap<int, int>("m").TryGetValue(-1, out var value) && value == i, TimeSpan.FromSeconds(3));
            }
        }
    }
}
