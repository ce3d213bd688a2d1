using PeerReplica.Escrow;
using static PeerReplica.Tests.Escrow.EscrowScene;

namespace PeerReplica.Tests.Escrow;

/// <summary>What a replica would propose to the account consensus, as it sees things.</summary>
public sealed class ConsensusAgendaTests
{
    private readonly EscrowScene _scene = new(1, 2, 3);
    private readonly ConsensusAgenda _agenda;

    public ConsensusAgendaTests() => _agenda = new ConsensusAgenda(_scene.View, Id(1));

    [Fact]
    public void Nothing_is_proposed_while_nothing_changes()
    {
        _scene.Down(2, AccountSide.Empty with { LimitSince = 5 });
        Assert.Null(Next());
    }

    [Fact]
    public void Member_in_reach_that_knows_the_last_decision_becomes_a_voter()
    {
        _scene.Join(4);
        Assert.Null(Next(2, 3));
        Assert.Equal([Id(1), Id(2), Id(3), Id(4)], Next(2, 3, 4)!.Voters);
        _scene.View.Learn(Id(4), new ConsensusRecord { BootstrapId = BootstrapId, Slot = 0 });
        Assert.Null(Next(2, 3, 4));
        _scene.View.Learn(Id(4), new ConsensusRecord { BootstrapId = new(5), Slot = 1 });
        Assert.Null(Next(2, 3, 4));
    }

    [Fact]
    public void Seven_vote_at_most()
    {
        for (var id = 4UL; id <= 9; id++) _scene.Join(id);
        Assert.Equal([.. Enumerable.Range(1, 7).Select(i => Id((ulong)i))], Next(4, 5, 6, 7, 8, 9)!.Voters);
    }

    [Fact]
    public void Replica_that_is_no_voter_does_not_make_itself_one()
    {
        _scene.Join(4);
        _scene.Join(5);
        var agenda = new ConsensusAgenda(_scene.View, Id(4));
        Assert.Equal([Id(1), Id(2), Id(3), Id(5)], agenda.Next(new ConsensusRecord(), Inputs(5))!.Voters);
        Assert.Null(agenda.Next(new ConsensusRecord(), Inputs(4)));
    }

    [Fact]
    public void Rights_that_somebody_asks_for_are_divided_among_the_voters()
    {
        _scene.Join(Id(2), static r => r with { InitialGrants = [new InitialGrantRequest(Name, 11, 4)] });
        _scene.Join(Id(3), static r => r with { InitialGrants = [new InitialGrantRequest(Name, 99, 99)] });
        var decision = Next()!;
        var initialGrant = Assert.Single(decision.InitialGrants);
        Assert.Equal([new InitialGrantShare(Id(1), 4, 2), new InitialGrantShare(Id(2), 4, 1), new InitialGrantShare(Id(3), 3, 1)], initialGrant.Shares);
        Assert.Equal(BootstrapId, decision.BootstrapId);
        _scene.InitialGrant((1, 1, 1));
        Assert.Null(Next());
    }

    [Fact]
    public void Own_wish_counts_as_it_is_now_and_that_of_another_bootstrap_does_not()
    {
        _scene.Join(Id(1), static r => r with { InitialGrants = [new InitialGrantRequest(Name, 5, 0)] });
        Assert.Null(Next());
        _scene.View.Learn(Id(2), new ConsensusRecord { BootstrapId = new(5), InitialGrants = [new InitialGrantRequest(Name, 7, 0)] });
        Assert.Null(Next());
        var initialGrant = Assert.Single(NextOf(new ConsensusRecord { InitialGrants = [new InitialGrantRequest(Name, 6, 0)] })!.InitialGrants);
        Assert.Equal(6, initialGrant.Shares.Sum(s => s.Down));

        // A voter's own wish counts also before it is published under this bootstrap.
        _scene.View.Learn(Id(1), new ConsensusRecord { BootstrapId = new(5) });
        Assert.Single(NextOf(new ConsensusRecord { InitialGrants = [new InitialGrantRequest(Name, 6, 0)] })!.InitialGrants);
    }

    [Fact]
    public void Replica_that_leaves_or_has_ended_has_no_vote_and_its_account_is_closed()
    {
        _scene.Join(Id(2), static r => r with { IsLeaving = true });
        _scene.Join(Id(1), static r => r with { Ended = [Id(3)] });
        var decision = Next()!;
        Assert.Equal([Id(1)], decision.Voters);
        Assert.Equal([(Id(2), Id(1)), (Id(3), Id(1))], decision.Closings.Select(c => (c.Account, c.Successor)));
    }

    [Fact]
    public void Replica_that_leaves_itself_names_the_first_voter_its_successor()
    {
        var decision = NextOf(new ConsensusRecord { IsLeaving = true })!;
        Assert.Equal([Id(2), Id(3)], decision.Voters);
        Assert.Equal((Id(1), Id(2)), (Assert.Single(decision.Closings).Account, decision.Closings[0].Successor));
    }

    [Fact]
    public void Last_to_leave_decides_nothing()
    {
        var scene = new EscrowScene(1);
        Assert.Null(new ConsensusAgenda(scene.View, Id(1)).Next(new ConsensusRecord { IsLeaving = true }, Inputs()));
    }

    [Fact]
    public void Account_is_closed_that_a_member_asks_to_close()
    {
        _scene.Join(4);
        _scene.View.Learn(Id(5), new ConsensusRecord { BootstrapId = new(5) });
        _scene.Join(Id(4), static r => r with { Closings = [Id(2), Id(5), Id(77)] });
        Assert.Equal([Id(2)], Next()!.Closings.Select(c => c.Account));
        _scene.View.Learn(Id(4), new ConsensusRecord { BootstrapId = new(5), Closings = [Id(2)] });
        Assert.Null(Next());
        _scene.View.Learn(Id(3), new ConsensusRecord { BootstrapId = new(5), Closings = [Id(2)] });
        Assert.Null(Next());
    }

    [Fact]
    public void Member_without_a_vote_and_voter_without_a_record_are_closed_as_well()
    {
        _scene.Join(4);
        _scene.View.Learn(Id(3), new ConsensusRecord { BootstrapId = new(5) });
        Assert.Equal([Id(3), Id(4)], NextOf(new ConsensusRecord { Closings = [Id(4), Id(3)] })!.Closings.Select(c => c.Account));
    }

    [Fact]
    public void Proposer_with_a_vote_is_the_successor()
    {
        _scene.View.Learn(Id(1), new ConsensusRecord { BootstrapId = new(5) });
        var closing = Assert.Single(new ConsensusAgenda(_scene.View, Id(3)).Next(new ConsensusRecord { Closings = [Id(1)] }, Inputs())!.Closings);
        Assert.Equal((Id(1), Id(3)), (closing.Account, closing.Successor));
    }

    [Fact]
    public void Nobody_closes_its_own_account_while_it_stays()
    {
        _scene.Join(Id(2), static r => r with { Closings = [Id(1)] });
        Assert.Null(Next());
        Assert.Equal([Id(1)], new ConsensusAgenda(_scene.View, Id(3)).Next(new ConsensusRecord(), Inputs())!.Closings.Select(c => c.Account));
    }

    [Fact]
    public void Closed_account_is_not_closed_again()
    {
        _scene.Join(4);
        _scene.Close([], Closing(4, 1, ClosedSide.Empty));
        Assert.Null(NextOf(new ConsensusRecord { Closings = [Id(4)] }));
        _scene.Close([], Closing(2, 1, ClosedSide.Empty));
        var next = NextOf(new ConsensusRecord { Closings = [Id(2)] })!;
        Assert.Equal([Id(1), Id(3)], next.Voters);
        Assert.Empty(next.Closings);
    }

    [Theory]
    [InlineData(2UL, true)]
    [InlineData(3UL, true)]
    [InlineData(4UL, false)]
    public void Account_is_closed_that_a_quorum_of_voters_in_reach_gave_up(ulong second, bool isClosed)
    {
        _scene.Join(9);
        _scene.Join(4);
        _scene.Join(Id(second), static r => r with { GivenUp = [Id(9)] });
        var own = new ConsensusRecord { GivenUp = [Id(9)] };
        Assert.Equal(isClosed, IsNineClosed(own, 2, 3));
        Assert.False(IsNineClosed(new ConsensusRecord(), 2, 3));
        Assert.False(IsNineClosed(own));

        // Nobody closes the account of one that it can reach itself.
        Assert.False(IsNineClosed(own, 2, 3, 9));
    }

    [Fact]
    public void Voter_in_reach_that_has_ended_has_no_voice_about_others()
    {
        _scene.Join(9);
        _scene.Join(Id(2), static r => r with { GivenUp = [Id(9)], Ended = [Id(2)] });
        var own = new ConsensusRecord { GivenUp = [Id(9)] };
        Assert.False(IsNineClosed(own, 2, 3));
        _scene.Join(Id(3), static r => r with { GivenUp = [Id(9)] });
        Assert.True(IsNineClosed(own, 2, 3));
    }

    [Fact]
    public void Closing_says_what_the_consensus_knows_of_the_account_and_what_open_accounts_gave_it()
    {
        foreach (var id in (ulong[])[4, 5, 6]) _scene.Join(id);
        _scene.Close([], Closing(6, 1, ClosedSide.Empty));
        _scene.View.Learn(Id(7), new ConsensusRecord { BootstrapId = new(5) });
        RightsTransfer[] transfers = [new(Id(1), 3, 4), new(Id(5), 9, 4), new(Id(6), 8, 4)];
        _scene.Learn(4, AccountRecord.Empty with { Down = new AccountSide(1, 7, 2, 6, 3, transfers), Up = new AccountSide(2, 8, 2, 5, 3, transfers) });
        _scene.Learn(2, AccountRecord.Empty with { Down = AccountSide.Empty with { Transfers = [new(Id(4), 11, 6), new(Id(3), 12, 6)] }, Up = AccountSide.Empty with { Transfers = [new(Id(4), 13, 6)] } });
        _scene.Down(7, AccountSide.Empty with { Transfers = [new(Id(4), 100, 1)] });
        _scene.Down(6, AccountSide.Empty with { Transfers = [new(Id(4), 100, 1)] });
        var closings = NextOf(new ConsensusRecord { Closings = [Id(4), Id(5)] })!.Closings;
        Assert.Equal([Id(4), Id(5)], closings.Select(c => c.Account));
        var closed = Assert.Single(closings[0].Objects);
        Assert.Equal(Name, closed.Object);
        Assert.Equal((7L, 6L, 8L, 5L), (closed.Down.Limit, closed.Down.Granted, closed.Up.Limit, closed.Up.Granted));
        Assert.Equal([transfers[0]], closed.Down.Transfers);
        Assert.Equal([transfers[0]], closed.Up.Transfers);
        Assert.Equal([new Receipt(Id(2), 11)], closed.Down.Receipts);
        Assert.Equal([new Receipt(Id(2), 13)], closed.Up.Receipts);

        // Of the other nothing is known but what the first one gave it.
        closed = Assert.Single(closings[1].Objects);
        Assert.Equal((0L, 0L), (closed.Down.Limit, closed.Up.Limit));
        Assert.Equal([new Receipt(Id(4), 9)], closed.Down.Receipts);
        _scene.Down(4, AccountSide.Empty with { Limit = 7 });
        closings = NextOf(new ConsensusRecord { Closings = [Id(4), Id(5)] })!.Closings;
        Assert.Empty(closings[1].Objects);
        Assert.Single(closings[0].Objects);
    }

    [Fact]
    public void Account_that_received_rights_of_one_side_only_is_in_its_closing()
    {
        _scene.Join(4);
        _scene.Down(2, AccountSide.Empty with { Transfers = [new(Id(4), 11, 6)] });
        Assert.Single(NextOf(new ConsensusRecord { Closings = [Id(4)] })!.Closings[0].Objects);
        _scene.Up(2, AccountSide.Empty with { Transfers = [new(Id(4), 11, 6)] });
        Assert.Single(NextOf(new ConsensusRecord { Closings = [Id(4)] })!.Closings[0].Objects);
    }

    [Fact]
    public void Cut_is_all_that_is_here_of_the_participants()
    {
        _scene.Down(2, AccountSide.Empty with { LimitSince = 5 });
        _scene.Down(8, AccountSide.Empty with { LimitSince = 6 });
        _scene.Join(4);
        _scene.Down(4, AccountSide.Empty with { LimitSince = 7 });
        Assert.Equal([new Mark(Id(2), 5), new Mark(Id(4), 7)], Next(4)!.Cut);
        Assert.Equal([new Mark(Id(2), 5), new Mark(Id(4), 7)], _agenda.Nothing().Cut);
        Assert.Equal(_scene.View.Voters, _agenda.Nothing().Voters);
    }

    [Fact]
    public void Proposal_follows_every_change_of_view_record_and_inputs()
    {
        var (own, inputs) = (new ConsensusRecord(), Inputs(2, 3, 4));
        Assert.Null(_agenda.Next(own, inputs));
        _scene.Join(4);
        Assert.NotNull(_agenda.Next(own, inputs));
        Assert.Null(_agenda.Next(own, Inputs(2, 3)));
        Assert.NotNull(_agenda.Next(own, inputs));
        Assert.Equal(2, _agenda.Next(new ConsensusRecord { Closings = [Id(2)], IsLeaving = true }, inputs)!.Closings.Length);
        var next = _agenda.Next(own, inputs);
        Assert.Empty(next!.Closings);
        Assert.Same(next, _agenda.Next(own, inputs));
    }

    private bool IsNineClosed(ConsensusRecord own, params ulong[] reachable) =>
        _agenda.Next(own, Inputs(reachable)) is { } next && next.Closings.Any(c => c.Account == Id(9));

    private Decision? Next(params ulong[] reachable) => _agenda.Next(new ConsensusRecord(), Inputs(reachable));

    private Decision? NextOf(ConsensusRecord own) => _agenda.Next(own, Inputs());

    private static ConsensusInputs Inputs(params ulong[] reachable) => new() { Reachable = reachable.Select(Id).ToHashSet() };
}
