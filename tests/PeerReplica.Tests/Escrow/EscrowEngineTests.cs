using PeerReplica.Causality;
using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>What one replica's engine says to the account consensus for its surroundings, and when it is done.</summary>
public sealed class EscrowEngineTests
{
    private readonly Bench _bench = new();

    [Fact]
    public void Engine_without_an_object_takes_no_part()
    {
        var engine = new EscrowEngine(new(1));
        var publisher = new CountingPublisher();
        engine.Tend(new ConsensusInputs { MayPropose = true, Ready = [new(1)] }, new Instant(1), publisher);
        engine.Retire(publisher);
        Assert.Equal((0, false, true, false), (publisher.Records, engine.IsActive, engine.IsHandedOver, engine.HasUnfinishedBusiness));
        Assert.Empty(engine.AccountConsensus.Own.Ended);
        Assert.Equal(Instant.Never, engine.NextExpiry);
    }

    [Fact]
    public void Only_members_that_stay_may_inherit()
    {
        var (a, b, c) = Formed();
        Assert.Equal((true, true, false), (a.Engine.MayInherit(b.Id), a.Engine.MayInherit(c.Id), a.Engine.MayInherit(new(77))));
        b.Engine.Leave();
        b.Tend([a, c], false);
        a.Hear(b);
        Assert.True(b.Engine.IsLeaving);
        Assert.False(a.Engine.MayInherit(b.Id));
        c.Engine.Retire(c);
        a.Hear(c);
        Assert.False(a.Engine.MayInherit(c.Id));
    }

    [Fact]
    public void Replica_that_leaves_is_handed_over_when_its_account_is_closed()
    {
        var (a, b, _) = Formed();
        Assert.False(b.Engine.IsHandedOver);
        b.Engine.Leave();
        _bench.Settle();
        Assert.Equal((true, true), (b.Engine.IsHandedOver, b.Engine.IsClosed));
        Assert.Equal((false, false), (a.Engine.IsHandedOver, a.Engine.IsClosed));
        Assert.NotNull(a.Engine.View.ClosingOf(b.Id));
    }

    [Fact]
    public void Replica_that_is_not_formed_has_nothing_to_hand_over()
    {
        var node = _bench.Add(1);
        node.Tend([], true);
        Assert.True(node.Engine.IsHandedOver);
        Assert.False(node.Engine.HasUnfinishedBusiness);
    }

    [Fact]
    public void Replicas_in_reach_at_the_last_step_are_reachable_and_this_one_always()
    {
        var (a, b, c) = Formed();
        a.Tend([b], false);
        Assert.Equal((true, true, false), (a.Engine.IsReachable(a.Id), a.Engine.IsReachable(b.Id), a.Engine.IsReachable(c.Id)));
    }

    [Fact]
    public void Account_is_asked_to_be_closed_once_and_no_longer_when_that_is_withdrawn()
    {
        var (a, b, c) = Formed();
        a.Engine.AskToClose(new(77), hasEnded: true);
        Assert.Empty(a.Engine.AccountConsensus.Own.Closings);
        a.Engine.AskToClose(b.Id, hasEnded: false);
        a.Engine.AskToClose(c.Id, hasEnded: true);
        a.Engine.AskToClose(b.Id, hasEnded: false);
        Assert.Equal([b.Id, c.Id], a.Engine.AccountConsensus.Own.Closings);
        Assert.Equal([c.Id], a.Engine.AccountConsensus.Own.Ended);
        a.Engine.AskToClose(c.Id, hasEnded: true);
        Assert.Equal([c.Id], a.Engine.AccountConsensus.Own.Ended);
        a.Engine.WithdrawClosing(b.Id);
        Assert.Equal([c.Id], a.Engine.AccountConsensus.Own.Closings);
    }

    [Fact]
    public void Replica_is_given_up_once_and_taken_back_when_it_is_heard_of()
    {
        var (a, b, c) = Formed();
        Assert.False(a.Engine.GiveUp(new(77)));
        Assert.True(a.Engine.GiveUp(b.Id));
        Assert.False(a.Engine.GiveUp(b.Id));
        Assert.True(a.Engine.GiveUp(c.Id));
        Assert.Equal([b.Id, c.Id], a.Engine.AccountConsensus.Own.GivenUp);
        Assert.False(a.Engine.TakeBack(new(77)));
        Assert.True(a.Engine.TakeBack(b.Id));
        Assert.False(a.Engine.TakeBack(b.Id));
        Assert.Equal([c.Id], a.Engine.AccountConsensus.Own.GivenUp);
    }

    [Fact]
    public void Retired_replica_says_so_once_and_nothing_more()
    {
        var (a, b, c) = Formed();
        var written = a.Written;
        a.Engine.Retire(a);
        a.Engine.Retire(a);
        Assert.Equal(written + 1, a.Written);
        Assert.Equal([a.Id], a.Engine.AccountConsensus.Own.Ended);
        Assert.True(a.TryTake(1));
        a.Engine.GiveUp(b.Id);
        a.Tend([b, c], true);
        Assert.Equal(written + 1, a.Written);
        b.Hear(a);
        Assert.True(b.Engine.View.IsEnded(a.Id));
    }

    [Fact]
    public void Something_to_decide_is_unfinished_business()
    {
        var (a, b, c) = Formed();
        a.Tend([b, c], false);
        Assert.False(a.Engine.HasUnfinishedBusiness);
        a.Engine.AskToClose(c.Id, hasEnded: true);
        a.Tend([b], false);
        Assert.True(a.Engine.HasUnfinishedBusiness);
    }

    [Fact]
    public void Earlier_run_under_the_same_name_and_address_has_ended()
    {
        var (a, b, c) = Formed();
        var later = _bench.Add(12, name: "n2");
        later.Hear(b);
        later.Hear(a);
        later.Hear(c);
        later.Tend([a, c], false);
        Assert.Equal([b.Id], later.Engine.AccountConsensus.Own.Ended);
        later.Tend([a, c], false);
        Assert.Equal([b.Id], later.Engine.AccountConsensus.Own.Ended);
    }

    [Fact]
    public void Several_earlier_runs_are_said_to_have_ended_once_each_and_past_ones_without_an_account_never()
    {
        var node = new EscrowEngine(new(1));
        node.Introduce("n", "a");
        var port = new ScenePort();
        node.Open(port);
        foreach (var id in (ulong[])[2, 3]) node.View.Learn(new(id), new ConsensusRecord { NodeName = "n", Address = "a" });
        node.View.Learn(new(4), new ConsensusRecord { NodeName = "n", Address = "b" });
        node.View.Learn(new(5), new ConsensusRecord { NodeName = "m", Address = "a" });
        var publisher = new CountingPublisher();
        node.Tend(new ConsensusInputs(), new Instant(1), publisher);
        node.Tend(new ConsensusInputs(), new Instant(2), publisher);
        Assert.Equal([new(2), new(3)], node.AccountConsensus.Own.Ended);

        var late = new EscrowEngine(new(1));
        late.Introduce("n", "a");
        late.Open(port);
        late.View.Learn(0, new Decision { BootstrapId = EscrowScene.BootstrapId, Voters = [new(9)] });
        late.View.Learn(new(2), new ConsensusRecord { NodeName = "n", Address = "a" });
        late.Tend(new ConsensusInputs(), new Instant(1), publisher);
        late.Tend(new ConsensusInputs(), new Instant(2), publisher);
        Assert.Empty(late.AccountConsensus.Own.Ended);
        Assert.False(late.View.IsBound);
    }

    [Fact]
    public void Objects_that_nobody_minted_are_wished_for_once()
    {
        var engine = new EscrowEngine(new(1));
        var port = new ScenePort();
        engine.Open(port);
        engine.View.Learn(0, new Decision { BootstrapId = EscrowScene.BootstrapId, Voters = [new(1), new(2)] });
        var publisher = new CountingPublisher();
        engine.Tend(new ConsensusInputs(), new Instant(1), publisher);
        engine.Tend(new ConsensusInputs(), new Instant(2), publisher);
        Assert.Equal([port.InitialGrant], engine.AccountConsensus.Own.InitialGrants);
        Assert.True(engine.View.IsBound);
        Assert.True(port.Changes > 0);
        engine.View.Learn(1, new Decision { BootstrapId = EscrowScene.BootstrapId, Voters = [new(2)], InitialGrants = [new InitialGrant(EscrowScene.Name, [])] });
        engine.Tend(new ConsensusInputs(), new Instant(3), publisher);
        Assert.Empty(engine.AccountConsensus.Own.InitialGrants);
        Assert.True(engine.View.IsBound);
    }

    [Fact]
    public void Next_expiry_is_the_earliest_of_all_accounts_that_go_on()
    {
        var engine = new EscrowEngine(new(1));
        var (port, late) = (new ScenePort { Authority = new ReplicaId(1) }, new ScenePort { Authority = new ReplicaId(1) });
        var (account, other) = (engine.Open(port), engine.Open(late));
        engine.View.Learn(0, new Decision { BootstrapId = EscrowScene.BootstrapId, Voters = [new(1)] });
        var publisher = new ReservationPublisher { View = engine.View };
        var now = new Instant(TimeSpan.TicksPerSecond);
        account.Authority.Hold(1, TimeSpan.FromSeconds(5), now, publisher);
        engine.Tend(new ConsensusInputs(), now, publisher);
        Assert.Equal(now + TimeSpan.FromSeconds(5), engine.NextExpiry);
        Assert.NotNull(other);
        engine.Leave();
        engine.Tend(new ConsensusInputs(), now, publisher);
        Assert.Equal(Instant.Never, engine.NextExpiry);
    }

    [Fact]
    public void Copy_goes_its_own_way()
    {
        var (a, b, _) = Formed();
        Assert.True(a.TryTake(2));
        var copy = a.Engine.Copy(_ => new Bench.FakePort(100, 5));
        Assert.Equal(a.Engine.Accounts.Count, copy.Accounts.Count);
        Assert.NotSame(a.Account, copy.Accounts[0]);
        copy.GiveUp(b.Id);
        Assert.Empty(a.Engine.AccountConsensus.Own.GivenUp);
    }

    [Fact]
    public void Replica_that_has_ended_spends_nothing_of_its_budgets()
    {
        var port = new ScenePort(hasCeiling: true);
        port.DownBudget.Add(5);
        port.UpBudget.Add(6);
        port.EndSpending();
        Assert.Equal((0, 0), (port.DownBudget.Left, port.UpBudget.Left));
        new ScenePort().EndSpending();
    }

    private (Bench.Node A, Bench.Node B, Bench.Node C) Formed()
    {
        for (var i = 1UL; i <= 3; i++) _bench.Add(i);
        foreach (var node in _bench.Nodes) node.Ready = [.. _bench.Nodes.Select(n => n.Id)];
        _bench.Settle();
        return (_bench.Nodes[0], _bench.Nodes[1], _bench.Nodes[2]);
    }

    private sealed class CountingPublisher : IEscrowPublisher
    {
        public int Records { get; private set; }

        public void Publish(ConsensusRecord record) => Records++;

        public void Publish(ulong slot, Decision decision) => Records++;

        public void Publish(EscrowName name, byte[] key, ReservationRecord record, Instant expiresAt) => Records++;

        public void Remove(EscrowName name, byte[] key) => Records++;

        public void Publish(Account account) => Records++;
    }
}
