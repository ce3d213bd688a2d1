using PeerReplica.Escrow;
using PeerReplica.Testing;

namespace PeerReplica.Tests.Escrow;

public sealed class InterleavingTests
{
    private static (Bench, Bench.Node[]) Formed(int count, long capacity = 100)
    {
        var bench = new Bench();
        for (var i = 1; i <= count; i++) bench.Add((ulong)i, capacity);
        foreach (var node in bench.Nodes) node.Ready = [.. bench.Nodes.Select(n => n.Id)];
        bench.Settle();
        Assert.All(bench.Nodes, n => Assert.True(n.Engine.View.InitialGrantOf(Bench.Name) is not null));
        return (bench, [.. bench.Nodes]);
    }

    /// <summary>The acceptor has acknowledged more than the proposal's cut covers; the proposer accepted it itself. Nothing is ever decided again.</summary>
    [Fact]
    public void Two_voters_decide_although_one_acknowledged_something_between_prepare_and_propose()
    {
        var (bench, n) = Formed(2);
        var (a, b) = (n[0], n[1]);
        var slot = a.Engine.View.Slot;

        // A third one joins: there is something to decide.
        var c = bench.Add(3);
        bench.Nodes.Remove(c);
        foreach (var x in n) c.Hear(x);
        c.Tend(n, false);
        foreach (var x in n) x.Hear(c);
        a.Tend([b, c], true);
        b.Hear(a);
        b.Tend([a, c], false);
        a.Hear(b);

        // a has b's promise and proposes; at the same time b takes, raises its limit and acknowledges that itself.
        a.Tend([b, c], false);
        Assert.True(b.TryTake(4));
        b.Tend([a, c], false);
        bench.Nodes.Add(c);
        for (var i = 0; i < 20; i++) bench.Settle();
        for (var i = 0; i < 20; i++) bench.Settle(b, a, c);
        Assert.True(a.Engine.View.Slot > slot, $"slot {a.Engine.View.Slot}, rounds of ballots {a.Engine.AccountConsensus.Own.Prepared.Round}");
    }

    /// <summary>What comes back between the stop and the last word can be taken again after it.</summary>
    [Fact]
    public void What_was_told_last_of_a_stopped_account_is_never_less_than_what_is_taken()
    {
        var (bench, n) = Formed(2);
        var (a, b) = (n[0], n[1]);
        Assert.True(b.TryTake(3));
        bench.Settle();
        b.Engine.Leave();
        bench.Settle();
        Assert.True(b.Engine.View.AccountOf(Bench.Name, b.Id).IsFinal);

        // An app thread returns; the loop publishes dirty entries before the escrow is tended; another app thread takes in between.
        b.Port.Budget.Add(3);
        b.Publish(b.Account);
        Assert.True(b.TryTake(3));
        var told = b.Engine.View.AccountOf(Bench.Name, b.Id).Down.Net;
        bench.Settle();
        var sold = 3L;
        for (var i = 0; i < 200; i++)
        {
            if (a.TryTake(1)) sold++;
            bench.Settle();
        }

        Assert.True(sold <= 100, $"told {told}, sold {sold} of 100; audit {a.Engine.Ledger.Audit(Bench.Name, static _ => true)}");
    }

    /// <summary>With an even number of voters, half of them known to be gone here and the other half there, two quorums have nobody in common.</summary>
    [Fact]
    public void An_acknowledgement_and_a_closing_have_a_voter_in_common()
    {
        var bench = new Bench();
        var (a, b, o) = (bench.Add(1, allowance: 20), bench.Add(2, allowance: 20), bench.Add(3, allowance: 20));
        a.Ready = b.Ready = [a.Id, b.Id];
        bench.Settle(a, b);

        // o has joined, is no voter yet, and has been given something.
        foreach (var x in new[] { a, b }) o.Hear(x);
        o.Tend([], false);
        foreach (var x in new[] { a, b }) x.Hear(o);
        o.Port.Wanted = 40;
        for (var i = 0; i < 10; i++)
        {
            foreach (var x in new[] { a, b, o })
            {
                x.Tend(bench.Nodes.Where(y => y != x), false);
                foreach (var y in bench.Nodes) if (x != y) y.Hear(x);
            }
        }

        o.Port.Wanted = 0;
        for (var i = 0; i < 10; i++)
        {
            foreach (var x in new[] { a, b, o })
            {
                x.Tend(bench.Nodes.Where(y => y != x), false);
                foreach (var y in bench.Nodes) if (x != y) y.Hear(x);
            }
        }

        Assert.Equal(20, o.Port.Budget.Left);
        Assert.Equal(2, a.Engine.View.Voters.Length);

        // o takes and raises its limit; only b hears and acknowledges; o hears that later. b ends; its next run b2 tells a, and a closes o, then a ends too: a2 tells o.
        Assert.True(o.TryTake(15));
        o.Publish(o.Account);
        o.Tend([b], false);
        b.Hear(o);
        b.Tend([o], false);
        var b2 = bench.Add(12, name: "n2");
        b2.Hear(b, 1);
        b2.Tend([], false);
        a.Hear(b2);
        a.Engine.AskToClose(o.Id, hasEnded: false);
        for (var i = 0; i < 5; i++) a.Tend([b2], true);
        var closing = Assert.IsType<Closing>(a.Engine.View.ClosingOf(o.Id));
        var limit = closing.Find(Bench.Name).Down.Limit;
        var a2 = bench.Add(11, name: "n1");
        a2.Hear(a, 1);
        a2.Tend([], false);
        o.Hear(a2);
        o.Hear(b);
        o.Tend([a2], false);
        var taken = 15L;
        while (o.TryTake(1)) taken++;
        Assert.True(taken <= limit, $"o took {taken}; its account was closed with the limit {limit}, the rest is a's to sell");
    }

    /// <summary>Audits while a second rights transfer or grant is on its way.</summary>
    [Fact]
    public void A_second_grant_on_its_way_does_not_take_the_first_out_of_the_audit()
    {
        var (bench, n) = Formed(2);
        n[0].Port.GrantedHere = 50;
        bench.Settle();
        Assert.Equal(150, n[0].Engine.Ledger.Audit(Bench.Name, static _ => true).Issued);
        n[0].Port.GrantedHere = 60;
        n[0].Tend([n[1]], false);
        var audit = n[0].Engine.Ledger.Audit(Bench.Name, static _ => true);
        Assert.True(audit.Issued >= 150, audit.ToString());
    }

    [Fact]
    public void A_wait_for_more_than_one_replica_has_is_served()
    {
        using var cluster = Cluster(2, 100);
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").AvailableHere > 0));
        cluster.RunFor(TimeSpan.FromSeconds(5));
        var got = false;
        cluster.Run(async () => got = await Left(cluster, 0).TakeAsync(60, TimeSpan.FromSeconds(20)));
        Assert.True(got, $"{Left(cluster, 0).Audit}");
    }

    [Fact]
    public void The_last_of_two_goes_on_when_the_other_has_left_in_good_order()
    {
        using var cluster = Cluster(2, 100);
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").AvailableHere > 0));
        cluster.RunFor(TimeSpan.FromSeconds(5));
        cluster.Replicas[1].Stop();
        var sold = 0;
        cluster.Run(async () =>
        {
            while (await Left(cluster, 0).TakeAsync(1, TimeSpan.FromSeconds(60))) sold++;
        });
        Assert.True(sold == 100, $"sold {sold}: {Left(cluster, 0).Audit}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void After_a_split_that_outlasts_ForgetAfter_the_majority_keeps_its_accounts(int loner)
    {
        using var cluster = SplitForLong(loner);
        cluster.Network.RestoreAll();
        cluster.RunFor(TimeSpan.FromSeconds(30));
        MustKeepTheirAccounts(cluster, loner);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 2)]
    [InlineData(1, 0)]
    [InlineData(1, 2)]
    [InlineData(2, 0)]
    [InlineData(2, 1)]
    public void The_same_when_one_link_comes_back_before_the_other(int loner, int first)
    {
        using var cluster = SplitForLong(loner);
        cluster.Network.Restore(cluster.Replicas[loner], cluster.Replicas[first]);
        cluster.RunFor(TimeSpan.FromSeconds(10));
        cluster.Network.RestoreAll();
        cluster.RunFor(TimeSpan.FromSeconds(20));
        MustKeepTheirAccounts(cluster, loner);
    }

    private static SimulatedCluster SplitForLong(int loner)
    {
        var cluster = Cluster(3, 100);
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").AvailableHere > 0));
        cluster.RunFor(TimeSpan.FromSeconds(5));
        foreach (var other in cluster.Replicas.Where(r => r.Index != loner)) cluster.Network.Cut(cluster.Replicas[loner], other);
        cluster.RunFor(TimeSpan.FromSeconds(40));
        return cluster;
    }

    private static void MustKeepTheirAccounts(SimulatedCluster cluster, int loner)
    {
        var others = cluster.Replicas.Where(r => r.Index != loner).ToArray();
        var view = others[0].Run!.Node.Host.Core.Escrow.View;
        Assert.All(others, r => Assert.Null(view.ClosingOf(r.Run!.Id)));
    }

    [Fact]
    public void One_that_cannot_reach_the_richest_is_given_something_by_another()
    {
        using var cluster = Cluster(3, 90);
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").AvailableHere > 0));
        cluster.RunFor(TimeSpan.FromSeconds(5));
        cluster.Run(async () => Assert.True(await Left(cluster, 2).TakeAsync(30, TimeSpan.FromSeconds(20))));
        cluster.RunFor(TimeSpan.FromSeconds(5));
        var rich = cluster.Replicas.Take(2).OrderByDescending(r => r.Run!.Node.Host.Core.Escrow.Ledger.Rights(Bench.Name, r.Run.Id, false)).First();
        cluster.Network.Cut(rich, cluster.Replicas[2]);
        cluster.RunFor(TimeSpan.FromSeconds(3));
        var sold = 30;
        cluster.Run(async () =>
        {
            while (await Left(cluster, 2).TakeAsync(1, TimeSpan.FromSeconds(5))) sold++;
        });
        Assert.True(sold > 60, $"sold {sold}: {Left(cluster, 2).Audit}");
    }

    [Theory]
    [InlineData(2, 1, false)]
    [InlineData(2, 2, false)]
    [InlineData(2, 3, false)]
    [InlineData(2, 4, false)]
    [InlineData(3, 1, false)]
    [InlineData(3, 2, false)]
    [InlineData(3, 3, false)]
    [InlineData(2, 1, true)]
    [InlineData(2, 2, true)]
    [InlineData(3, 1, true)]
    [InlineData(3, 2, true)]
    [InlineData(5, 1, true)]
    [InlineData(5, 2, true)]
    public void Replicas_join_under_load(int size, ulong seed, bool isSlow)
    {
        using var cluster = Cluster(size, 10_000_000, seed, isSlow ? new FaultOptions { MaxDelay = TimeSpan.FromMilliseconds(10) } : FaultOptions.None);
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").AvailableHere > 0));
        void Sell(int milliseconds)
        {
            for (var i = 0; i < milliseconds; i++)
            {
                foreach (var replica in cluster.Replicas) replica.Replica.GetBoundedCounter("left").TryTake(100);
                cluster.RunFor(TimeSpan.FromMilliseconds(1));
            }
        }

        Sell(200);
        var slot = cluster.Replicas[0].Run!.Node.Host.Core.Escrow.View.Slot;
        cluster.Add();
        Sell(1000);
        cluster.RunFor(TimeSpan.FromSeconds(30));
        Assert.True(cluster.Replicas[0].Run!.Node.Host.Core.Escrow.View.Slot > slot, $"{cluster.Replicas[0].Replica.GetBoundedCounter("left").Audit}");
    }

    /// <summary>With three voters, one of them the busy one.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void More_voters(int count)
    {
        var (bench, n) = Formed(count);
        var slot = n[0].Engine.View.Slot;
        var c = bench.Add(9);
        foreach (var x in n) c.Hear(x);
        c.Tend(n, false);
        foreach (var x in n) x.Hear(c);
        n[0].Tend(bench.Nodes.Skip(1), true);
        foreach (var x in n[1..])
        {
            x.Hear(n[0]);
            x.Tend(bench.Nodes, false);
        }

        foreach (var x in n[1..]) n[0].Hear(x);
        n[0].Tend(bench.Nodes.Skip(1), false);

        // Meanwhile the busy one raises its limit, and all but the proposer acknowledge that.
        Assert.True(n[1].TryTake(4));
        n[1].Publish(n[1].Account);
        for (var k = 0; k < 3; k++)
        {
            foreach (var x in n[1..])
            {
                x.Tend(bench.Nodes.Skip(1), false);
                foreach (var y in n[1..]) if (x != y) y.Hear(x);
            }
        }

        for (var i = 0; i < 3; i++) bench.Settle();
        Assert.True(n[0].Engine.View.Slot > slot, $"slot {n[0].Engine.View.Slot}, round {n[0].Engine.AccountConsensus.Own.Prepared.Round}");
    }

    [Fact]
    public void A_missed_take_of_anything_asks_for_something_sensible()
    {
        var (bench, n) = Formed(1);
        using var cluster = Cluster(2, 10);
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").AvailableHere > 0));
        cluster.Run(async () =>
        {
            Assert.True(await Left(cluster, 1).TakeAsync(5, TimeSpan.FromSeconds(5)));
        });
        Left(cluster, 1).TryTake(long.MaxValue);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        var run = cluster.Replicas[1].Run!;
        Assert.True(run.Node.Host.Core.Escrow.View.AccountOf(Bench.Name, run.Id).Stock >= 0, $"{run.Node.Host.Core.Escrow.View.AccountOf(Bench.Name, run.Id).Stock}");
        _ = bench;
        _ = n;
    }

    /// <summary>One that formed under an older bootstrap vote after having voted anew.</summary>
    [Fact]
    public void Nobody_is_in_a_bootstrap_that_it_voted_away_from()
    {
        var bench = new Bench();
        var (a, b) = (bench.Add(1, capacity: 100, allowance: 100), bench.Add(2, capacity: 100, allowance: 100));
        a.Ready = b.Ready = [a.Id, b.Id];
        a.Tend([b], false);
        b.Tend([a], false);
        a.Hear(b);
        b.Hear(a);
        a.Tend([b], false);
        b.Hear(a);

        // b bootstrap votes, finds all bound, and decides; nobody but a third replica, which relays it later, hears of it. b ends; b2 comes.
        b.Tend([a], false);
        Assert.True(b.Engine.View.IsFormed);
        var b2 = bench.Add(12, capacity: 100, allowance: 100, name: "n2");
        b2.Ready = a.Ready = [a.Id, b2.Id];
        b2.Hear(b, 1);
        b2.Hear(a);
        b2.Tend([a], false);
        a.Hear(b2);
        a.Tend([b2], false);

        // a has voted to form with b2, and b2 finds that all are bound; before a hears of that, it hears of what b decided.
        b2.Hear(a);
        b2.Tend([a], false);
        Assert.True(b2.Engine.View.IsFormed);
        var aVoted = a.Engine.AccountConsensus.Own.BootstrapVote;
        var soldBefore = 0;
        a.Hear(b);
        for (var i = 0; i < 6; i++) a.Tend([b2], true);
        while (a.TryTake(1)) soldBefore++;
        a.Publish(a.Account);
        b2.Hear(a);
        b2.Tend([a], true);
        var a2 = bench.Add(11, name: "n1");
        a2.Tend([], false);
        a2.Hear(a);
        a2.Tend([], false);
        b2.Hear(a2);
        for (var i = 0; i < 6; i++) b2.Tend([a2], true);
        var sold = 0;
        while (b2.TryTake(1)) sold++;
        Assert.True(sold + soldBefore <= 100, $"a pledged {string.Join(',', aVoted)} sold {soldBefore}, b2 {sold}");
    }

    /// <summary>Each restart's account falls to the one that is restarted next. Ends the test host when the stack does not suffice.</summary>
    [Fact]
    public void A_long_chain_of_successors()
    {
        var view = new EscrowView();
        var f = new ReplicaId(1);
        Assert.True(view.Learn(0, new Decision { BootstrapId = f, Voters = [f] }));
        Closing[] closings = [.. Enumerable.Range(1, 20_000).Select(k => new Closing(new ReplicaId((ulong)k), new ReplicaId((ulong)k + 1), []))];
        Assert.True(view.Learn(1, new Decision { BootstrapId = f, Voters = [f], Closings = closings }));
        Assert.Equal(0, new Ledger(view).Inflow(Bench.Name, new ReplicaId(20_001), up: false));
    }

    /// <summary>Two closings that make each the other's successor, which no replica writes but any peer can send. Ends the process.</summary>
    [Fact]
    public void Successors_in_a_circle()
    {
        var view = new EscrowView();
        var (a, b) = (new ReplicaId(1), new ReplicaId(2));
        Assert.True(view.Learn(0, new Decision { BootstrapId = a, Voters = [a], Closings = [new Closing(a, b, []), new Closing(b, a, [])] }));
        Assert.Equal(0, new Ledger(view).Inflow(Bench.Name, a, up: false));
    }

    private static IBoundedCounter Left(SimulatedCluster cluster, int replica) => cluster.Replicas[replica].Replica.GetBoundedCounter("left");

    private static SimulatedCluster Cluster(int replicas, long capacity, ulong seed = 1, FaultOptions? faults = null) => new(
        new SimulationOptions { Seed = seed, Replicas = replicas, Faults = faults ?? FaultOptions.None, Configure = o => o.ExpectedReplicas = replicas },
        objects => objects.AddBoundedCounter("left", capacity, null));
}
