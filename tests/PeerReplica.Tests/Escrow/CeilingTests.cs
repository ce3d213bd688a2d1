using PeerReplica.Testing;

namespace PeerReplica.Tests.Escrow;

/// <summary>With a ceiling the value stays between floor and ceiling, whatever is held, canceled, confirmed or given back.</summary>
public sealed class CeilingTests
{
    [Fact]
    public void A_hold_that_waited_lends_nobody_the_right_to_return()
    {
        using var cluster = Cluster(1);
        var left = cluster.Replicas[0].Replica.GetBoundedCounter("left");
        var holding = cluster.Begin(async () => Assert.NotNull(await left.HoldAsync(15, new() { TimeToLive = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromSeconds(5) })));
        var returning = cluster.Begin(async () => Assert.False(await left.ReturnAsync(5, TimeSpan.FromSeconds(3))));
        cluster.Run(() => Task.WhenAll(holding, returning));
        cluster.RunFor(TimeSpan.FromSeconds(2));
        cluster.RunUntilConverged();
        Assert.Equal((20, true), (left.Value, left.GetAudit().IsBalanced));
    }

    [Fact]
    public void The_value_stays_within_its_bounds_under_any_mix_of_holds_and_returns()
    {
        for (var seed = 1UL; seed <= 6; seed++)
        {
            using var cluster = Cluster(seed);
            var random = new Random((int)seed);
            var holds = new List<HoldId>();
            for (var i = 0; i < 150; i++)
            {
                Do(cluster, cluster.Replicas[random.Next(3)].Replica.GetBoundedCounter("left"), random, holds);
                cluster.RunFor(TimeSpan.FromMilliseconds(random.Next(20)));
            }

            // Canceling what is still held must not pass the ceiling either.
            cluster.RunFor(TimeSpan.FromSeconds(3));
            cluster.RunUntilConverged();
            foreach (var replica in cluster.Replicas)
            {
                var left = replica.Replica.GetBoundedCounter("left");
                Assert.InRange(left.Value, 0, 20);
                Assert.True(left.GetAudit() is { IsBalanced: true, Held: 0 }, $"seed {seed}: {left.GetAudit()}");
            }
        }
    }

    [Fact]
    public void The_audit_detects_a_value_above_the_ceiling()
    {
        using var cluster = Cluster(1);
        var replica = cluster.Replicas[0];

        // Units that nobody took come back: a fault of the library, planted.
        replica.Run!.Node.Host.Core.Escrow.Accounts[0].Port.Down.Add(5);
        Assert.False(replica.Replica.GetBoundedCounter("left").GetAudit().IsBalanced);
    }

    private static void Do(SimulatedCluster cluster, IBoundedCounter left, Random random, List<HoldId> holds)
    {
        var amount = random.Next(1, 12);
        var wait = TimeSpan.FromMilliseconds(random.Next(1, 300));
        switch (random.Next(6))
        {
            case 0:
                cluster.Begin(async () => { if (await left.HoldAsync(amount, new() { TimeToLive = TimeSpan.FromMilliseconds(random.Next(20, 500)), Timeout = wait }) is { } hold) holds.Add(hold); });
                break;
            case 1:
                cluster.Begin(() => left.ReturnAsync(amount, wait));
                break;
            case 2 when holds.Count > 0:
                var canceled = holds[random.Next(holds.Count)];
                cluster.Begin(() => left.CancelAsync(canceled, wait));
                break;
            case 3 when holds.Count > 0:
                var confirmed = holds[random.Next(holds.Count)];
                cluster.Begin(() => left.ConfirmAsync(confirmed, wait));
                break;
            case 4:
                cluster.Begin(() => left.TakeAsync(amount, wait));
                break;
            default:
                left.Return(random.Next(1, 4));
                break;
        }
    }

    private static SimulatedCluster Cluster(ulong seed)
    {
        var cluster = new SimulatedCluster(
            new SimulationOptions { Seed = seed, Configure = o => o.ExpectedReplicas = 3 },
            objects => objects.AddBoundedCounter("left", 20, o => (o.Ceiling, o.Allowance) = (20, 2)));
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").AvailableHere > 0));
        return cluster;
    }
}
