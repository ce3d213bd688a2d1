using PeerReplica.Escrow;
using static PeerReplica.Tests.Escrow.EscrowScene;

namespace PeerReplica.Tests.Escrow;

/// <summary>How replicas bind themselves to form a cluster together, each seen from one of them.</summary>
public sealed class BootstrapTests
{
    private readonly EscrowView _view = new();
    private readonly AccountConsensus _consensus;

    public BootstrapTests() => _consensus = new AccountConsensus(_view, Id(1));

    [Fact]
    public void Replica_votes_when_all_say_the_same_and_forms_when_all_have_voted()
    {
        ReplicaId[] all = [Id(1), Id(2), Id(3)];
        Assert.True(Step(all));
        Assert.Equal(all, _consensus.Own.Ready);
        Assert.False(Step(all));
        Say(2, ready: all);
        Step(all);
        Assert.Empty(_consensus.Own.BootstrapVote);
        Say(3, ready: [Id(1), Id(3)]);
        Step(all);
        Assert.Empty(_consensus.Own.BootstrapVote);
        Assert.Equal(default, _view.VotedBootstrapId);
        Say(3, ready: all);
        Assert.True(Step(all));
        Assert.Equal(all, _consensus.Own.BootstrapVote);
        Assert.NotEqual(default, _view.VotedBootstrapId);
        Say(2, bootstrapVote: all);
        Assert.False(Step(all));
        Assert.Null(_consensus.Decided);
        Say(3, bootstrapVote: all);
        Assert.True(Step(all));
        Assert.Equal((_view.VotedBootstrapId, all), (_consensus.Decided!.BootstrapId, _consensus.Decided.Voters));
    }

    [Fact]
    public void Nobody_votes_for_a_bootstrap_without_itself_or_that_others_do_not_agree_to()
    {
        ReplicaId[] others = [Id(2), Id(3)];
        foreach (var id in (ulong[])[2, 3]) Say(id, ready: others);
        Step(others);
        Assert.Empty(_consensus.Own.BootstrapVote);
        ReplicaId[] all = [Id(1), Id(2)];
        Say(2, ready: all);
        _consensus.Step(new ConsensusInputs { Ready = all, IsAgreed = false });
        Assert.Equal(all, _consensus.Own.Ready);
        Assert.Empty(_consensus.Own.BootstrapVote);
        Step(all);
        Assert.Equal(all, _consensus.Own.BootstrapVote);
    }

    [Fact]
    public void Replica_alone_forms_a_cluster_of_its_own()
    {
        Assert.True(Step(Id(1)));
        Assert.Equal([Id(1)], _consensus.Decided!.Voters);
    }

    [Fact]
    public void First_seven_vote_and_every_bootstrap_has_a_number_of_its_own()
    {
        ReplicaId[] seven = [.. Enumerable.Range(1, 7).Select(i => Id((ulong)i))];
        ReplicaId[] eight = [.. seven, Id(8)];
        Assert.Equal(seven, Form(seven).Voters);
        Assert.Equal(seven, Form(eight).Voters);
        ReplicaId[][] sets = [seven, eight, [Id(1), Id(2)], [Id(1), Id(3)], [Id(1), Id(2), Id(3)]];
        Assert.Equal(sets.Length, sets.Select(s => Form(s).BootstrapId).Distinct().Count());
    }

    [Theory]
    [InlineData(new ulong[] { }, new ulong[] { 1, 2, 3, 4 }, false)]
    [InlineData(new ulong[] { 3 }, new ulong[] { 1, 2, 4 }, true)]
    [InlineData(new ulong[] { 3 }, new ulong[] { 1, 4 }, false)]
    [InlineData(new ulong[] { 2 }, new ulong[] { 1, 3, 4 }, true)]
    [InlineData(new ulong[] { 2, 3 }, new ulong[] { 1, 4 }, false)]
    public void Vote_is_given_up_only_for_one_that_takes_in_all_who_are_left_while_few_have_ended(ulong[] ended, ulong[] ready, bool isGivenUp)
    {
        ReplicaId[] first = [Id(1), Id(2), Id(3)];
        foreach (var id in (ulong[])[2, 3]) Say(id, ready: first);
        Step(first);
        Assert.Equal(first, _consensus.Own.BootstrapVote);
        _view.Learn(Id(4), new ConsensusRecord { Ended = [.. ended.Select(Id)] });
        ReplicaId[] second = [.. ready.Select(Id)];
        foreach (var id in second) Say(id, ready: second);
        Step(second);
        Assert.Equal(isGivenUp ? second : first, _consensus.Own.BootstrapVote);
    }

    [Fact]
    public void Vote_is_given_up_while_exactly_half_have_ended()
    {
        ReplicaId[] first = [Id(1), Id(2), Id(3), Id(4)];
        foreach (var id in first) Say(id, ready: first);
        Step(first);
        _view.Learn(Id(5), new ConsensusRecord { Ended = [Id(3), Id(4)] });
        ReplicaId[] second = [Id(1), Id(2), Id(5)];
        foreach (var id in second) Say(id, ready: second);
        Step(second);
        Assert.Equal(second, _consensus.Own.BootstrapVote);
    }

    [Fact]
    public void Who_voted_for_another_bootstrap_has_no_voice_until_it_is_named_a_voter_anew()
    {
        ReplicaId[] mine = [Id(1), Id(2)];
        Say(2, ready: mine);
        Step(mine);
        _view.VotedBootstrapId = default;
        _view.Learn(0, new Decision { BootstrapId = BootstrapId, Voters = [Id(1), Id(3)] });
        Assert.False(_consensus.IsVoter);
        Step(mine);
        Assert.Equal(mine, _consensus.Own.BootstrapVote);
        _view.Learn(1, new Decision { BootstrapId = BootstrapId, Voters = [Id(2), Id(3)] });
        Step(mine);
        Assert.Equal(mine, _consensus.Own.BootstrapVote);
        Assert.False(_consensus.IsVoter);
        _view.Learn(2, new Decision { BootstrapId = BootstrapId, Voters = [Id(1), Id(3)] });
        Step(mine);
        Assert.Empty(_consensus.Own.BootstrapVote);
        Assert.True(_consensus.IsVoter);
    }

    [Fact]
    public void Vote_for_the_bootstrap_itself_is_kept_at_its_first_decision()
    {
        ReplicaId[] all = [Id(1), Id(2)];
        Say(2, ready: all);
        Step(all);
        Say(2, bootstrapVote: all);
        Step(all);
        _view.Learn(0, _consensus.Decided!);
        Step(all);
        Assert.Equal(all, _consensus.Own.BootstrapVote);
        Assert.Empty(_consensus.Own.Ready);
        Assert.True(_consensus.IsVoter);
    }

    [Fact]
    public void Nobody_has_a_voice_before_the_cluster_is_formed_or_without_a_vote()
    {
        Assert.False(_consensus.IsVoter);
        _view.Learn(0, new Decision { BootstrapId = BootstrapId, Voters = [Id(2)] });
        Assert.False(_consensus.IsVoter);
        _view.Learn(1, new Decision { BootstrapId = BootstrapId, Voters = [Id(1)] });
        Assert.True(_consensus.IsVoter);
    }

    private bool Step(params ReplicaId[] ready) => _consensus.Step(new ConsensusInputs { Ready = ready });

    private void Say(ulong id, ReplicaId[]? ready = null, ReplicaId[]? bootstrapVote = null) => Say(Id(id), ready, bootstrapVote);

    private void Say(ReplicaId id, ReplicaId[]? ready = null, ReplicaId[]? bootstrapVote = null)
    {
        if (id == Id(1)) return;
        var before = _view.ConsensusRecordOf(id) ?? new ConsensusRecord();
        _view.Learn(id, before with { Ready = ready ?? before.Ready, BootstrapVote = bootstrapVote ?? before.BootstrapVote });
    }

    /// <summary>The decision with which these form a cluster.</summary>
    private static Decision Form(ReplicaId[] all)
    {
        var view = new EscrowView();
        foreach (var id in all) view.Learn(id, new ConsensusRecord { Ready = all, BootstrapVote = all });
        var consensus = new AccountConsensus(view, all[0]);
        consensus.Step(new ConsensusInputs { Ready = all });
        return consensus.Decided!;
    }
}
