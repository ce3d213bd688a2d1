using PeerReplica.Escrow;
using PeerReplica.Testing;

namespace PeerReplica.Tests.Escrow;

/// <summary>Numbers that no seller uses, from callers and from peers: nothing wraps around, and the counter goes on.</summary>
public sealed class ExtremeUnitsTests
{
    private const long Widest = 1L << 56;

    [Fact]
    public void A_grant_that_cannot_count_is_refused_and_changes_nothing()
    {
        using var cluster = Cluster(100, null);
        var left = Left(cluster, 0);
        cluster.Run(async () =>
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => left.GrantAsync(long.MaxValue));
            await left.GrantAsync(Widest - 100);
            var refused = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => left.GrantAsync(1));
            Assert.Contains("Nothing was granted", refused.Message, StringComparison.Ordinal);
        });
        MustBe(cluster, issued: Widest, value: Widest);
        Assert.True(left.TryTake());
    }

    [Fact]
    public void Grants_at_several_replicas_at_once_never_wrap_around()
    {
        using var cluster = Cluster(100, null);
        cluster.Run(() => Task.WhenAll(Enumerable.Range(0, 3).Select(i => Left(cluster, i).GrantAsync(Widest - 100))));
        MustBe(cluster, issued: (3 * (Widest - 100)) + 100, value: (3 * (Widest - 100)) + 100);
    }

    [Fact]
    public void A_return_beyond_what_can_be_counted_is_refused_and_the_counter_goes_on()
    {
        using var cluster = Cluster(100, null);
        var left = Left(cluster, 0);
        Assert.False(left.Return(long.MaxValue));
        cluster.Run(async () => Assert.False(await left.ReturnAsync(long.MaxValue, TimeSpan.FromSeconds(1))));
        MustBe(cluster, issued: 100, value: 100);
        var returned = 0L;
        for (var i = 0; i < 100; i++)
        {
            if (left.Return(1L << 57)) returned += 1L << 57;
            cluster.RunFor(TimeSpan.FromMilliseconds(50));
        }

        Assert.InRange(returned, 1L << 57, 1L << 58);
        MustBe(cluster, issued: 100, value: 100 + returned);
        Assert.True(left.TryTake());
    }

    [Fact]
    public void Waiting_for_more_than_a_long_holds_in_sum_ends_without_it_and_others_are_served()
    {
        using var cluster = Cluster(100, 100);
        var left = Left(cluster, 0);
        cluster.Run(async () =>
        {
            var waiting = Enumerable.Range(0, 3).Select(_ => left.TakeAsync(long.MaxValue, TimeSpan.FromSeconds(1))).ToArray();
            var returning = Enumerable.Range(0, 3).Select(_ => left.ReturnAsync(long.MaxValue, TimeSpan.FromSeconds(1))).ToArray();
            var holding = Enumerable.Range(0, 3).Select(_ => left.HoldAsync(long.MaxValue, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1))).ToArray();
            Assert.All(await Task.WhenAll(waiting), Assert.False);
            Assert.All(await Task.WhenAll(returning), Assert.False);
            Assert.All(await Task.WhenAll(holding), h => Assert.Null(h));
            Assert.True(await left.TakeAsync(90, TimeSpan.FromSeconds(2)));
        });
        MustBe(cluster, issued: 100, value: 10);
    }

    [Theory]
    [InlineData(long.MaxValue - 50, long.MaxValue)]
    [InlineData(long.MinValue, long.MinValue + 50)]
    [InlineData(-25, 25)]
    [InlineData(-(1L << 55), 1L << 55)]
    public void A_counter_whose_bounds_are_at_the_ends_of_a_long_counts(long floor, long capacity)
    {
        using var cluster = Cluster(capacity, null, floor);
        cluster.Run(async () => Assert.True(await Left(cluster, 1).TakeAsync(40, TimeSpan.FromSeconds(2))));
        MustBe(cluster, issued: capacity - floor, value: capacity - 40);
        cluster.Run(async () =>
        {
            if (capacity == long.MaxValue) await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Left(cluster, 0).GrantAsync(1));
            else if (capacity - floor < Widest) await Left(cluster, 0).GrantAsync(1);
        });
        Assert.True(Left(cluster, 1).Return(40));
        cluster.RunUntilConverged();
        Assert.InRange(Left(cluster, 0).Value, capacity, capacity == long.MaxValue ? capacity : capacity + 1);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData((1L << 61) + 1)]
    [InlineData(-(1L << 61) - 1)]
    public void A_record_with_a_number_beyond_the_range_is_malformed(long number)
    {
        var side = AccountSide.Empty;
        var transfer = new RightsTransfer(new ReplicaId(2), number, 1);
        AccountRecord[] records =
        [
            AccountRecord.Empty with { Down = side with { Net = number } }, AccountRecord.Empty with { Down = side with { Limit = number } },
            AccountRecord.Empty with { Up = side with { Granted = number } }, AccountRecord.Empty with { Up = side with { Transfers = [transfer] } },
            AccountRecord.Empty with { Stock = number }, AccountRecord.Empty with { Want = number }, AccountRecord.Empty with { UpWant = number }, AccountRecord.Empty with { Held = number },
        ];
        Assert.All(records, r => Assert.Null(AccountRecord.Decode(RecordBytes.Of(r.Encode))));
        Assert.Null(ReservationRecord.Decode(RecordBytes.Of(new ReservationRecord(ReservationState.Held, number, default, 1, default, 1, 1, []).Encode)));
        Assert.Null(ConsensusRecord.Decode(RecordBytes.Of(new ConsensusRecord { InitialGrants = [new InitialGrantRequest(Bench.Name, number, 0)] }.Encode)));
        Decision[] decisions =
        [
            new() { BootstrapId = new ReplicaId(1), Voters = [], InitialGrants = [new InitialGrant(Bench.Name, [new InitialGrantShare(new ReplicaId(1), number, 0)])] },
            new() { BootstrapId = new ReplicaId(1), Voters = [], Closings = [new Closing(new ReplicaId(1), new ReplicaId(2), [new ClosedObject(Bench.Name, new ClosedSide(number, 0, [], []), ClosedSide.Empty)])] },
        ];
        Assert.All(decisions, d => Assert.Null(ConsensusRecord.Decode(RecordBytes.Of(new ConsensusRecord { AcceptedValue = d }.Encode))));
    }

    /// <summary>Peers may lie, up to the range of a record: sums saturate, whatever they say together.</summary>
    [Fact]
    public void Sums_over_accounts_at_the_ends_of_the_range_never_wrap_around()
    {
        long[] extremes = [-Units.Max, -Units.Max + 1, -1, 0, 1, Units.Max - 1, Units.Max];
        var random = new Random(5);
        for (var round = 0; round < 300; round++)
        {
            var bench = new Bench();
            for (var i = 1; i <= 3; i++) bench.Add((ulong)i);
            foreach (var node in bench.Nodes) node.Ready = [.. bench.Nodes.Select(n => n.Id)];
            bench.Settle();
            var view = bench.Nodes[0].Engine.View;
            for (var peer = 2; peer <= 40; peer++)
            {
                var side = new AccountSide(Any(), Any(), 1, Math.Abs(Any()), 1, [new RightsTransfer(new ReplicaId(1), Math.Abs(Any()), 1), new RightsTransfer(new ReplicaId(3), Math.Abs(Any()), 1)]);
                view.Learn(new ReplicaId((ulong)peer), Bench.Name, new AccountRecord(side, side, Any(), Any(), Any(), Any(), random.Next(2) == 0, [], [], []));
            }

            var ledger = bench.Nodes[0].Engine.Ledger;
            var audit = ledger.Audit(Bench.Name, static _ => true);
            Assert.InRange(audit.Issued, 0, Units.Max);
            Assert.InRange(audit.Free, 0, long.MaxValue);
            Assert.InRange(ledger.Inflow(Bench.Name, new ReplicaId(1), up: false), 0, Units.Max);
            bench.Nodes[0].Tend(bench.Nodes.Skip(1), mayPropose: true);
            Assert.InRange(bench.Nodes[0].Port.Budget.Left, 0, 100);
        }

        long Any() => extremes[random.Next(extremes.Length)];
    }

    [Fact]
    public void A_grant_at_a_replica_whose_account_is_closed_says_so()
    {
        using var cluster = Cluster(100, null);
        var (victim, other) = (cluster.Replicas[0], cluster.Replicas[1]);
        var id = victim.Run!.Id;
        foreach (var replica in cluster.Replicas.Skip(1)) cluster.Network.Cut(victim, replica);
        cluster.RunFor(TimeSpan.FromSeconds(2));
        cluster.Run(() => other.Replica.ForgetAsync(id));
        var pending = cluster.Begin(() => Left(cluster, 0).GrantAsync(5));
        cluster.Heal();
        cluster.RunUntil(() => pending.IsCompleted);
        cluster.RunUntilConverged();
        Assert.Contains("was closed", pending.Exception!.InnerException!.Message, StringComparison.Ordinal);
        cluster.Run(async () =>
        {
            var refused = await Assert.ThrowsAsync<PeerReplicaException>(() => Left(cluster, 0).GrantAsync(5));
            Assert.Contains("declared it dead", refused.Message, StringComparison.Ordinal);
        });
        Assert.Equal(100, Left(cluster, 1).Audit.Issued);
    }

    private static SimulatedCluster Cluster(long capacity, long? ceiling, long floor = 0)
    {
        var cluster = new SimulatedCluster(
            new SimulationOptions { Configure = o => o.ExpectedReplicas = 3 },
            objects => objects.AddBoundedCounter("left", capacity, o => (o.Floor, o.Ceiling) = (floor, ceiling)));
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").AvailableHere > 0));
        return cluster;
    }

    private static IBoundedCounter Left(SimulatedCluster cluster, int replica) => cluster.Replicas[replica].Replica.GetBoundedCounter("left");

    private static void MustBe(SimulatedCluster cluster, long issued, long value)
    {
        cluster.RunUntilConverged();
        foreach (var replica in cluster.Replicas)
        {
            var left = replica.Replica.GetBoundedCounter("left");
            Assert.Equal((ReplicaState.Running, issued, value, true), (replica.Replica.State, left.Audit.Issued, left.Value, left.Audit.IsBalanced));
        }
    }
}
