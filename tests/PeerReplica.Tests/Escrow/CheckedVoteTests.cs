using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>One of four voters, where votes are checked.</summary>
public sealed class CheckedVoteTests
{
    private static readonly ReplicaId s_bootstrap = new(999);
    private static readonly ReplicaId[] s_voters = [Id(1), Id(2), Id(3), Id(4)];
    private readonly EscrowView _view = new() { Self = Id(1), ChecksVotes = true, AdmitsEnd = static (_, _) => true, IsLaterRun = static (by, _) => by == Id(8) };
    private readonly AccountConsensus _consensus;

    public CheckedVoteTests()
    {
        _view.Learn(0, new Decision { BootstrapId = s_bootstrap, Voters = s_voters }, Id(1));
        _consensus = new AccountConsensus(_view, Id(1));
        foreach (var voter in s_voters) Say(voter, static r => r);
        Step();
    }

    private ConsensusRecord Own => _consensus.Own;

    [Fact]
    public void Ballot_that_is_not_its_proposers_or_far_ahead_is_not_promised()
    {
        Say(Id(2), static r => r with { Prepared = new Ballot(5, Id(3)) });
        Say(Id(3), static r => r with { Prepared = new Ballot(1UL << 62, Id(3)) });
        Step();
        Assert.Equal(Ballot.None, Own.Promised);
        Say(Id(3), static r => r with { Prepared = new Ballot(5, Id(3)) });
        Step();
        Assert.Equal(new Ballot(5, Id(3)), Own.Promised);
    }

    [Fact]
    public void One_voters_promise_is_nothing_to_bring_to_its_end()
    {
        Say(Id(2), static r => r with { Promised = new Ballot(5, Id(2)) });
        Assert.False(_consensus.HasUnfinishedBusiness(new ConsensusInputs()));
        Say(Id(3), static r => r with { Promised = new Ballot(5, Id(2)) });
        Assert.True(_consensus.HasUnfinishedBusiness(new ConsensusInputs()));
    }

    [Fact]
    public void Value_is_echoed_when_a_quorum_promised_and_accepted_when_a_quorum_echoed_it()
    {
        var (ballot, value) = (new Ballot(1, Id(2)), Nothing());
        Say(Id(2), r => r with { Prepared = ballot, Promised = ballot, Proposed = ballot, ProposedValue = value });
        Step();
        Assert.Equal((ballot, 0), (Own.Promised, Own.Echoes.Length));
        Say(Id(3), r => r with { Promised = ballot });
        Step();
        Assert.Equal([new Echo(ballot, DecisionDigest.Of(value))], Own.Echoes);
        Say(Id(2), r => r with { Echoes = Own.Echoes });
        Step();
        Assert.Equal(Ballot.None, Own.Accepted);
        Say(Id(3), r => r with { Echoes = Own.Echoes });
        Step();
        Assert.Equal((ballot, value), (Own.Accepted, Own.AcceptedValue));
        Assert.Null(_consensus.Decided);
        Say(Id(2), r => r with { Accepted = ballot, AcceptedValue = value });
        Say(Id(3), r => r with { Accepted = ballot, AcceptedValue = value });
        Step();
        Assert.Same(value, _consensus.Decided);
    }

    [Fact]
    public void Second_value_under_a_ballot_is_not_echoed_by_itself()
    {
        var ballot = Promise(Nothing());
        var other = Nothing() with { Closings = [new Closing(Id(7), Id(2), [])] };
        Say(Id(2), r => r with { ProposedValue = other });
        Say(Id(3), r => r with { Echoes = [new Echo(ballot, DecisionDigest.Of(other))] });
        Say(Id(4), r => r with { Echoes = [new Echo(ballot, DecisionDigest.Of(other))] });
        Step();
        Assert.Equal([new Echo(ballot, DecisionDigest.Of(Nothing()))], Own.Echoes);
    }

    [Fact]
    public void Value_that_was_accepted_binds_if_more_echoed_it_than_may_lie()
    {
        var accepted = Nothing() with { Cut = [new Mark(Id(1), 0)] };
        var before = new Ballot(1, Id(4));
        Say(Id(3), r => r with { Accepted = before, AcceptedValue = accepted, Echoes = [new Echo(before, DecisionDigest.Of(accepted))] });
        var ballot = Promise(accepted);
        Assert.Empty(Own.Echoes);
        Say(Id(2), r => r with { Echoes = [new Echo(before, DecisionDigest.Of(accepted))] });
        Step();
        Assert.Equal([new Echo(ballot, DecisionDigest.Of(accepted))], Own.Echoes);
    }

    [Fact]
    public void Free_value_must_be_right_and_cover_what_a_quorum_acknowledged()
    {
        Say(Id(3), static r => r with { Acks = [new Mark(Id(2), 7)] });
        Promise(Nothing());
        Assert.Empty(Own.Echoes);
        Say(Id(4), static r => r with { Promised = new Ballot(2, Id(2)) });
        Step();
        Assert.Single(Own.Echoes);
    }

    [Fact]
    public void Account_that_is_alive_is_closed_by_no_single_voice()
    {
        var closing = Nothing() with { Voters = [Id(1), Id(2), Id(3)], Closings = [new Closing(Id(4), Id(2), [])] };
        Say(Id(2), static r => r with { Closings = [Id(4)] });
        Promise(closing, Id(2), Id(3), Id(4));
        Assert.Empty(Own.Echoes);
        Say(Id(3), static r => r with { Closings = [Id(4)] });
        Step(Id(2), Id(3), Id(4));
        Assert.Single(Own.Echoes);
    }

    [Fact]
    public void Account_that_cannot_be_reached_is_closed_for_whoever_asks_and_its_heir_votes()
    {
        Say(Id(2), static r => r with { Closings = [Id(4)] });
        Promise(Nothing() with { Voters = [Id(1), Id(2), Id(3)], Closings = [new Closing(Id(4), Id(9), [])] }, Id(2), Id(3));
        Assert.Empty(Own.Echoes);
        Say(Id(2), static r => r with { ProposedValue = Nothing() with { Voters = [Id(1), Id(2), Id(3)], Closings = [new Closing(Id(4), Id(3), [])] } });
        Step(Id(2), Id(3));
        Assert.Single(Own.Echoes);
    }

    [Theory]
    [InlineData(1, 2, 3)]
    [InlineData(1, 2, 3, 4, 5)]
    [InlineData(2, 1, 3, 4)]
    public void Voters_follow_from_closings_and_members(params int[] voters)
    {
        Promise(Nothing() with { Voters = [.. voters.Select(v => Id((ulong)v))] });
        Assert.Empty(Own.Echoes);
    }

    [Fact]
    public void Member_joins_the_voters_if_it_is_linked_here()
    {
        Say(Id(5), static r => r);
        Promise(Nothing() with { Voters = [.. s_voters, Id(5)] });
        Assert.Single(Own.Echoes);
        var strict = new AccountConsensus(_view, Id(1));
        strict.Step(new ConsensusInputs { Known = new HashSet<ReplicaId> { Id(2), Id(3), Id(4) } });
        Assert.Empty(strict.Own.Echoes);
    }

    [Fact]
    public void Grant_is_what_this_replica_asks_for_or_more_than_may_lie()
    {
        var wish = new InitialGrantRequest(Bench.Name, 8, 0);
        var grant = new InitialGrant(Bench.Name, [.. s_voters.Select(v => new InitialGrantShare(v, 2, 0))]);
        Say(Id(2), r => r with { InitialGrants = [wish] });
        Promise(Nothing() with { InitialGrants = [grant] });
        Assert.Empty(Own.Echoes);
        Say(Id(3), r => r with { InitialGrants = [wish] });
        Step();
        Assert.Single(Own.Echoes);
        var other = new AccountConsensus(_view, Id(1));
        other.UpdateOwn(r => r with { InitialGrants = [wish with { Down = 4 }] });
        other.Step(new ConsensusInputs());
        Assert.Empty(other.Own.Echoes);
    }

    [Fact]
    public void End_of_a_voter_counts_if_more_say_so_than_may_lie_or_a_later_run_does()
    {
        Say(Id(2), static r => r with { Ended = [Id(4)] });
        Say(Id(7), static r => r with { Ended = [Id(4)] });
        Assert.False(_view.IsEnded(Id(4)));
        Say(Id(3), static r => r with { Ended = [Id(4)] });
        Assert.True(_view.IsEnded(Id(4)));
        Say(Id(8), static r => r with { Ended = [Id(3)] });
        Assert.True(_view.IsEnded(Id(3)));
        Say(Id(1), static r => r with { Ended = [Id(2)] });
        Assert.True(_view.IsEnded(Id(2)));
    }

    private static ReplicaId Id(ulong id) => new(id);

    private static Decision Nothing() => new() { BootstrapId = s_bootstrap, Voters = s_voters };

    /// <summary>The second voter proposes a value under its second ballot, which it and the third have promised.</summary>
    private Ballot Promise(Decision value, params ReplicaId[] reachable)
    {
        var ballot = new Ballot(2, Id(2));
        Say(Id(2), r => r with { Prepared = ballot, Promised = ballot, Proposed = ballot, ProposedValue = value });
        Say(Id(3), r => r with { Promised = ballot });
        Step(reachable);
        return ballot;
    }

    private void Say(ReplicaId id, Func<ConsensusRecord, ConsensusRecord> change) =>
        _view.Learn(id, change(_view.ConsensusRecordOf(id) ?? new ConsensusRecord { BootstrapId = s_bootstrap, Slot = 1 }));

    private void Step(params ReplicaId[] reachable)
    {
        for (var round = 0; round < 4 && _consensus.Step(new ConsensusInputs { Reachable = reachable.ToHashSet() }) && _consensus.Decided is null; round++) _view.Learn(Id(1), Own);
    }
}
