using PeerReplica.Crdts;
using PeerReplica.Escrow;
using static PeerReplica.Tests.Escrow.EscrowScene;

namespace PeerReplica.Tests.Escrow;

/// <summary>One voter's part in deciding, message by message.</summary>
public sealed class ConsensusBallotTests
{
    private static readonly EscrowName s_other = new(ObjectKind.Pool, "other");
    private static readonly InitialGrantRequest s_wish = new(Name, 10, 0);

    private readonly EscrowScene _scene = new(1, 2, 3);
    private readonly AccountConsensus _consensus;

    public ConsensusBallotTests()
    {
        _consensus = new AccountConsensus(_scene.View, Id(1));
        Step();
    }

    private ConsensusRecord Own => _consensus.Own;

    [Fact]
    public void Proposer_prepares_proposes_and_decides_with_a_quorum()
    {
        Wish();
        Step(mayPropose: false);
        Assert.Equal(Ballot.None, Own.Prepared);
        Assert.True(Step());
        var ballot = new Ballot(1, Id(1));
        Assert.Equal((ballot, Ballot.None), (Own.Prepared, Own.Proposed));
        Step();
        Assert.Equal((ballot, Ballot.None), (Own.Promised, Own.Proposed));
        Assert.False(Step());
        Say(2, r => r with { Promised = ballot });
        Assert.True(Step());
        Assert.Equal(ballot, Own.Proposed);
        Assert.Single(Own.ProposedValue!.InitialGrants);
        Step();
        Assert.Equal((ballot, Own.ProposedValue), (Own.Accepted, Own.AcceptedValue));
        Assert.Null(_consensus.Decided);
        Say(3, r => r with { Promised = ballot, Accepted = ballot });
        Assert.True(Step());
        Assert.Same(Own.ProposedValue, _consensus.Decided);
    }

    [Fact]
    public void Voice_of_a_voter_that_has_ended_or_is_elsewhere_does_not_count()
    {
        Wish();
        Step();
        Step();
        Say(2, r => r with { Promised = Own.Prepared, BootstrapId = new(5) });
        Say(3, r => r with { Promised = Own.Prepared, Slot = 0 });
        Assert.False(Step());
        Say(3, r => r with { Promised = Own.Prepared, Ended = [Id(3)] });
        Step();
        Assert.Equal(Ballot.None, Own.Proposed);
    }

    [Fact]
    public void Voter_promises_and_accepts_no_lower_ballot()
    {
        Say(2, r => r with { Prepared = new Ballot(5, Id(2)) });
        Step(mayPropose: false);
        Assert.Equal(new Ballot(5, Id(2)), Own.Promised);
        Say(3, r => r with { Prepared = new Ballot(4, Id(3)), Proposed = new Ballot(4, Id(3)), ProposedValue = Value() });
        Assert.False(Step(mayPropose: false));
        Assert.Equal((new Ballot(5, Id(2)), Ballot.None), (Own.Promised, Own.Accepted));
        var value = Value();
        Say(2, r => r with { Proposed = new Ballot(5, Id(2)), ProposedValue = value });
        Assert.True(Step(mayPropose: false));
        Assert.Equal((new Ballot(5, Id(2)), value), (Own.Accepted, Own.AcceptedValue));
        Say(3, r => r with { Prepared = new Ballot(6, Id(3)), Proposed = new Ballot(6, Id(3)), ProposedValue = Value() });
        Step(mayPropose: false);
        Assert.Equal((new Ballot(6, Id(3)), new Ballot(6, Id(3))), (Own.Promised, Own.Accepted));
    }

    [Fact]
    public void Voter_accepts_only_what_builds_on_records_that_are_here()
    {
        var ballot = new Ballot(5, Id(2));
        Say(2, r => r with { Prepared = ballot, Proposed = ballot, ProposedValue = Value() with { Cut = [new(Id(3), 9)] } });
        Step(mayPropose: false);
        Assert.Equal((ballot, Ballot.None), (Own.Promised, Own.Accepted));
        _scene.Down(3, AccountSide.Empty with { LimitSince = 9 });
        Step(mayPropose: false);
        Assert.Equal(ballot, Own.Accepted);
    }

    [Fact]
    public void Voter_acknowledges_what_is_here_until_it_has_promised()
    {
        _scene.Down(2, AccountSide.Empty with { LimitSince = 5 });
        _scene.Down(3, AccountSide.Empty with { LimitSince = 6 });
        _scene.Down(9, AccountSide.Empty with { LimitSince = 7 });
        Assert.True(Step(mayPropose: false));
        Assert.Equal([new Mark(Id(2), 5), new Mark(Id(3), 6)], Own.Acks);
        Assert.False(Step(mayPropose: false));
        _scene.Down(3, AccountSide.Empty with { LimitSince = 8 });
        _scene.Down(2, AccountSide.Empty with { LimitSince = 7 });
        Assert.True(Step(mayPropose: false));
        Assert.Equal([new Mark(Id(2), 7), new Mark(Id(3), 8)], Own.Acks);
        Say(2, r => r with { Prepared = new Ballot(5, Id(2)) });
        Step(mayPropose: false);
        _scene.Down(2, AccountSide.Empty with { LimitSince = 9 });
        Assert.False(Step(mayPropose: false));
        Assert.Equal([new Mark(Id(2), 7), new Mark(Id(3), 8)], Own.Acks);
    }

    [Fact]
    public void Voter_takes_no_part_before_the_last_decisions_cut_is_here()
    {
        _scene.Close([new(Id(2), 5)]);
        Say(3, r => r with { Prepared = new Ballot(5, Id(3)) });
        Step(mayPropose: false);
        Assert.Equal(Ballot.None, Own.Promised);
        _scene.Down(2, AccountSide.Empty with { LimitSince = 5 });
        Step(mayPropose: false);
        Assert.Equal((new Ballot(5, Id(3)), 5UL), (Own.Promised, Own.AckOf(Id(2))));
    }

    [Fact]
    public void Who_has_no_vote_neither_promises_nor_acknowledges_nor_proposes()
    {
        _scene.Join(4);
        var consensus = new AccountConsensus(_scene.View, Id(4));
        consensus.UpdateOwn(static r => r with { InitialGrants = [s_wish] });
        _scene.Down(2, AccountSide.Empty with { LimitSince = 5 });
        Say(3, r => r with { Prepared = new Ballot(5, Id(3)) });
        consensus.Step(new ConsensusInputs { MayPropose = true });
        Assert.Equal((Ballot.None, Ballot.None), (consensus.Own.Promised, consensus.Own.Prepared));
        Assert.Empty(consensus.Own.Acks);
        Assert.False(consensus.HasUnfinishedBusiness(new ConsensusInputs()));
    }

    [Fact]
    public void Value_that_was_accepted_under_the_highest_ballot_is_proposed_again()
    {
        var (low, high) = (Value(), Value() with { Cut = [] });
        Say(2, r => r with { Accepted = new Ballot(2, Id(2)), AcceptedValue = high, Promised = new Ballot(2, Id(2)) });
        Say(3, r => r with { Accepted = new Ballot(1, Id(3)), AcceptedValue = low, Promised = new Ballot(1, Id(3)) });
        Assert.True(Step());
        var ballot = new Ballot(3, Id(1));
        Assert.Equal(ballot, Own.Prepared);
        Say(2, r => r with { Promised = ballot });
        Say(3, r => r with { Promised = ballot });
        Step();
        Step();
        Assert.Same(high, Own.ProposedValue);
    }

    [Fact]
    public void Accepted_value_of_a_voter_that_did_not_promise_this_ballot_binds_nobody()
    {
        Wish();
        Step();
        Step();
        Say(2, r => r with { Promised = Own.Prepared });
        Say(3, r => r with { Promised = new Ballot(1, Id(2)), Accepted = new Ballot(1, Id(3)), AcceptedValue = Value() });
        Step();
        Assert.Single(Own.ProposedValue!.InitialGrants);
    }

    [Fact]
    public void Next_round_is_above_all_that_were_promised_or_prepared()
    {
        Wish();
        Say(2, r => r with { Promised = new Ballot(8, Id(2)) });
        Say(3, r => r with { Prepared = new Ballot(6, Id(3)) });
        Step();
        Assert.Equal(new Ballot(9, Id(1)), Own.Prepared);
    }

    [Fact]
    public void Attempt_that_too_many_promised_to_outbid_is_replaced_and_no_other()
    {
        Wish();
        Step();
        Step();
        Assert.Equal(new Ballot(1, Id(1)), Own.Promised);
        Say(2, r => r with { Promised = new Ballot(2, Id(2)) });
        Assert.False(Step());
        Say(3, r => r with { Promised = new Ballot(2, Id(2)) });
        Assert.True(Step());
        Assert.Equal(new Ballot(3, Id(1)), Own.Prepared);
    }

    [Fact]
    public void Attempt_below_its_own_promise_is_replaced()
    {
        Wish();
        Step();
        Say(2, r => r with { Prepared = new Ballot(7, Id(2)) });
        Step(mayPropose: false);
        Assert.Equal(new Ballot(7, Id(2)), Own.Promised);
        Step();
        Assert.Equal(new Ballot(8, Id(1)), Own.Prepared);
    }

    [Fact]
    public void Voters_that_promised_are_given_a_decision_although_there_is_nothing_to_decide()
    {
        Assert.False(_consensus.HasUnfinishedBusiness(new ConsensusInputs()));
        Assert.False(Step());
        Say(2, r => r with { Promised = new Ballot(2, Id(2)) });
        Assert.True(_consensus.HasUnfinishedBusiness(new ConsensusInputs()));
        Assert.True(Step());
        Say(2, r => r with { Promised = Own.Prepared });
        Step();
        Step();
        Assert.NotNull(Own.ProposedValue);
        Assert.Empty(Own.ProposedValue.InitialGrants);
        Assert.Equal(_scene.View.Voters, Own.ProposedValue.Voters);
    }

    [Fact]
    public void Something_to_decide_is_unfinished_business_while_a_quorum_is_possible()
    {
        Wish();
        Assert.True(_consensus.HasUnfinishedBusiness(new ConsensusInputs()));
        _scene.Join(Id(2), static r => r with { Ended = [Id(2), Id(3)] });
        Assert.Equal(0, _scene.View.Quorum());
        Assert.False(_consensus.HasUnfinishedBusiness(new ConsensusInputs()));
        Assert.False(Step());
        Assert.Equal(Ballot.None, Own.Prepared);
    }

    [Fact]
    public void Proposal_counts_all_that_those_who_promised_have_acknowledged()
    {
        Wish();
        Step();
        Step();
        Say(2, r => r with { Promised = Own.Prepared, Acks = [new(Id(3), 9)] });
        Assert.False(Step());
        _scene.Down(3, AccountSide.Empty with { LimitSince = 9 });
        Assert.True(Step());
        Assert.Equal([new Mark(Id(3), 9)], Own.ProposedValue!.Cut);
    }

    [Fact]
    public void What_others_have_acknowledged_does_not_hold_a_proposal_up()
    {
        Wish();
        Step();
        Step();
        Say(2, r => r with { Promised = Own.Prepared });
        Say(3, r => r with { Acks = [new(Id(2), 9)] });
        Assert.True(Step());
        Assert.NotNull(Own.ProposedValue);
    }

    [Fact]
    public void What_was_acknowledged_of_a_closed_account_does_not_hold_a_proposal_up()
    {
        _scene.Close([], Closing(9, 1, ClosedSide.Empty));
        Wish();
        Step();
        Step();
        Step();
        Say(2, r => r with { Promised = Own.Prepared, Acks = [new(Id(9), 9)] });
        Assert.True(Step());
        Assert.NotNull(Own.ProposedValue);
    }

    [Fact]
    public void After_a_decision_a_voter_begins_anew_and_drops_what_was_granted()
    {
        _scene.Join(4);
        _scene.Join(9);
        _consensus.UpdateOwn(static r => r with
        {
            InitialGrants = [s_wish, new InitialGrantRequest(s_other, 1, 0)],
            Closings = [Id(4), Id(5)],
            GivenUp = [Id(4), Id(6)],
            Ended = [Id(1), Id(2), Id(4), Id(9), Id(77)],
        });
        Step();
        Say(2, r => r with { Promised = Own.Prepared });
        Step();
        Step();
        Assert.NotEqual(Ballot.None, Own.Accepted);
        _scene.Decide(new Decision
        {
            BootstrapId = BootstrapId,
            Voters = [Id(2), Id(3)],
            InitialGrants = [new InitialGrant(Name, [])],
            Closings = [Closing(4, 2, ClosedSide.Empty)],
        });
        Assert.True(Step());
        Assert.Equal((BootstrapId, 2UL), (Own.BootstrapId, Own.Slot));
        Assert.Equal((Ballot.None, Ballot.None, Ballot.None, Ballot.None), (Own.Promised, Own.Accepted, Own.Prepared, Own.Proposed));
        Assert.Null(Own.AcceptedValue ?? Own.ProposedValue);
        Assert.Equal([s_other], Own.InitialGrants.Select(m => m.Object));
        Assert.Equal([Id(5)], Own.Closings);
        Assert.Equal([Id(6)], Own.GivenUp);
        Assert.Equal([Id(1), Id(2), Id(9)], Own.Ended);
    }

    [Fact]
    public void Record_is_unpublished_until_the_view_has_it()
    {
        Wish();
        Assert.True(_consensus.IsUnpublished);
        _scene.View.Learn(Id(1), Own);
        Assert.False(_consensus.IsUnpublished);
        var copy = _consensus.Copy(_scene.View.Copy());
        Assert.Same(Own, copy.Own);
        copy.UpdateOwn(static r => r with { IsLeaving = true });
        Assert.True(copy.IsUnpublished);
        Assert.False(Own.IsLeaving);
    }

    private void Wish() => _consensus.UpdateOwn(static r => r with { InitialGrants = [s_wish] });

    private Decision Value() => new() { BootstrapId = BootstrapId, Voters = _scene.Voters };

    private void Say(ulong id, Func<ConsensusRecord, ConsensusRecord> change) => _scene.Join(Id(id), change);

    private bool Step(bool mayPropose = true) => _consensus.Step(new ConsensusInputs { MayPropose = mayPropose });
}
