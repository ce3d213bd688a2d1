using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>What it takes to believe that something was decided, where votes are checked.</summary>
public sealed class DecisionEvidenceTests
{
    private static readonly ReplicaId s_bootstrap = new(999);
    private static readonly Ballot s_ballot = new(1, Id(1));
    private readonly EscrowView _view = new() { Self = Id(9), ChecksVotes = true };
    private readonly Decision _decision;

    public DecisionEvidenceTests()
    {
        var voters = new[] { Id(1), Id(2), Id(3), Id(4) };
        Assert.True(_view.Learn(0, new Decision { BootstrapId = s_bootstrap, Voters = voters }, Id(1)));
        _decision = new Decision { BootstrapId = s_bootstrap, Voters = voters, Cut = [new Mark(Id(1), 1)] };
    }

    [Fact]
    public void One_voters_word_is_none_and_two_of_four_are_enough()
    {
        Say(1, _decision);
        Say(7, _decision);
        Say(8, _decision);
        Assert.Equal(1UL, _view.Slot);
        Say(2, _decision with { Cut = [] });
        Assert.Equal(1UL, _view.Slot);
        Say(3, _decision);
        Assert.Equal(2UL, _view.Slot);
        Assert.Same(_view.Decisions[1].Cut, _decision.Cut);
    }

    [Fact]
    public void Quorum_that_accepted_under_one_ballot_is_enough()
    {
        Say(1, _decision);
        Accept(2, s_ballot);
        Accept(3, new Ballot(2, Id(1)));
        Assert.Equal(1UL, _view.Slot);
        Accept(4, s_ballot);
        Assert.Equal(2UL, _view.Slot);
    }

    [Fact]
    public void What_this_replica_found_decided_is_so()
    {
        Say(9, _decision);
        Assert.Equal(2UL, _view.Slot);
    }

    [Fact]
    public void What_one_replica_says_of_an_earlier_decision_is_reported_and_stops_nobody()
    {
        var lies = new List<ReplicaId>();
        _view.FoundLie = (origin, _) => lies.Add(origin);
        Say(1, _decision);
        Say(2, _decision);
        Assert.True(_view.Learn(1, _decision with { Cut = [] }, Id(3)));
        Assert.Equal([Id(3)], lies);
        Assert.False(_view.IsContradicted);
        Assert.False(_view.Learn(1, _decision with { Cut = [] }, Id(4)));
        Assert.True(_view.IsContradicted);
    }

    [Fact]
    public void First_decision_says_who_votes_and_nothing_else()
    {
        var view = new EscrowView { ChecksVotes = true, VotedBootstrapId = s_bootstrap, BootstrapVoters = [Id(1), Id(2)] };
        view.Learn(0, new Decision { BootstrapId = s_bootstrap, Voters = [Id(1)] }, Id(1));
        view.Learn(0, new Decision { BootstrapId = new(5), Voters = [Id(1)], Cut = [new Mark(Id(1), 1)] }, Id(1));
        Assert.False(view.IsFormed);
        view.Learn(0, new Decision { BootstrapId = s_bootstrap, Voters = [Id(1), Id(2)] }, Id(1));
        Assert.True(view.IsFormed);
        Assert.True(view.Learn(0, new Decision { BootstrapId = s_bootstrap, Voters = [Id(3)] }, Id(1)));
        Assert.Equal([Id(1), Id(2)], view.Voters);
    }

    private static ReplicaId Id(ulong id) => new(id);

    private void Say(ulong origin, Decision decision) => Assert.True(_view.Learn(1, decision, Id(origin)));

    private void Accept(ulong voter, Ballot ballot) =>
        _view.Learn(Id(voter), new ConsensusRecord { BootstrapId = s_bootstrap, Slot = 1, Promised = ballot, Accepted = ballot, AcceptedValue = _decision });
}
