using PeerReplica.Escrow;
using static PeerReplica.Tests.Escrow.EscrowScene;

namespace PeerReplica.Tests.Escrow;

/// <summary>How replicas bind themselves to form a cluster together, each seen from one of them.</summary>
public sealed class CouncilFormingTests
{
    private readonly EscrowView _view = new();
    private readonly Council _council;

    public CouncilFormingTests() => _council = new Council(_view, Id(1));

    [Fact]
    public void Replica_pledges_itself_when_all_say_the_same_and_forms_when_all_are_bound()
    {
        ReplicaId[] all = [Id(1), Id(2), Id(3)];
        Assert.True(Step(all));
        Assert.Equal(all, _council.Own.Ready);
        Assert.False(Step(all));
        Say(2, ready: all);
        Step(all);
        Assert.Empty(_council.Own.Pledge);
        Say(3, ready: [Id(1), Id(3)]);
        Step(all);
        Assert.Empty(_council.Own.Pledge);
        Assert.Equal(default, _view.Pledged);
        Say(3, ready: all);
        Assert.True(Step(all));
        Assert.Equal(all, _council.Own.Pledge);
        Assert.NotEqual(default, _view.Pledged);
        Say(2, pledge: all);
        Assert.False(Step(all));
        Assert.Null(_council.Decided);
        Say(3, pledge: all);
        Assert.True(Step(all));
        Assert.Equal((_view.Pledged, all), (_council.Decided!.Formation, _council.Decided.Voters));
    }

    [Fact]
    public void Nobody_pledges_itself_to_a_forming_without_itself_or_that_others_do_not_agree_to()
    {
        ReplicaId[] others = [Id(2), Id(3)];
        foreach (var id in (ulong[])[2, 3]) Say(id, ready: others);
        Step(others);
        Assert.Empty(_council.Own.Pledge);
        ReplicaId[] all = [Id(1), Id(2)];
        Say(2, ready: all);
        _council.Step(new CouncilInputs { Ready = all, IsAgreed = false });
        Assert.Equal(all, _council.Own.Ready);
        Assert.Empty(_council.Own.Pledge);
        Step(all);
        Assert.Equal(all, _council.Own.Pledge);
    }

    [Fact]
    public void Replica_alone_forms_a_cluster_of_its_own()
    {
        Assert.True(Step(Id(1)));
        Assert.Equal([Id(1)], _council.Decided!.Voters);
    }

    [Fact]
    public void First_seven_vote_and_every_forming_has_a_number_of_its_own()
    {
        ReplicaId[] seven = [.. Enumerable.Range(1, 7).Select(i => Id((ulong)i))];
        ReplicaId[] eight = [.. seven, Id(8)];
        Assert.Equal(seven, Form(seven).Voters);
        Assert.Equal(seven, Form(eight).Voters);
        ReplicaId[][] sets = [seven, eight, [Id(1), Id(2)], [Id(1), Id(3)], [Id(1), Id(2), Id(3)]];
        Assert.Equal(sets.Length, sets.Select(s => Form(s).Formation).Distinct().Count());
    }

    [Theory]
    [InlineData(new ulong[] { }, new ulong[] { 1, 2, 3, 4 }, false)]
    [InlineData(new ulong[] { 3 }, new ulong[] { 1, 2, 4 }, true)]
    [InlineData(new ulong[] { 3 }, new ulong[] { 1, 4 }, false)]
    [InlineData(new ulong[] { 2 }, new ulong[] { 1, 3, 4 }, true)]
    [InlineData(new ulong[] { 2, 3 }, new ulong[] { 1, 4 }, false)]
    public void Pledge_is_given_up_only_for_one_that_takes_in_all_who_are_left_while_few_have_ended(ulong[] ended, ulong[] ready, bool isGivenUp)
    {
        ReplicaId[] first = [Id(1), Id(2), Id(3)];
        foreach (var id in (ulong[])[2, 3]) Say(id, ready: first);
        Step(first);
        Assert.Equal(first, _council.Own.Pledge);
        _view.Learn(Id(4), new CouncilRecord { Ended = [.. ended.Select(Id)] });
        ReplicaId[] second = [.. ready.Select(Id)];
        foreach (var id in second) Say(id, ready: second);
        Step(second);
        Assert.Equal(isGivenUp ? second : first, _council.Own.Pledge);
    }

    [Fact]
    public void Pledge_is_given_up_while_exactly_half_have_ended()
    {
        ReplicaId[] first = [Id(1), Id(2), Id(3), Id(4)];
        foreach (var id in first) Say(id, ready: first);
        Step(first);
        _view.Learn(Id(5), new CouncilRecord { Ended = [Id(3), Id(4)] });
        ReplicaId[] second = [Id(1), Id(2), Id(5)];
        foreach (var id in second) Say(id, ready: second);
        Step(second);
        Assert.Equal(second, _council.Own.Pledge);
    }

    [Fact]
    public void Who_pledged_itself_to_another_forming_has_no_voice_until_it_is_named_a_voter_anew()
    {
        ReplicaId[] mine = [Id(1), Id(2)];
        Say(2, ready: mine);
        Step(mine);
        _view.Pledged = default;
        _view.Learn(0, new Decision { Formation = Formation, Voters = [Id(1), Id(3)] });
        Assert.False(_council.IsVoter);
        Step(mine);
        Assert.Equal(mine, _council.Own.Pledge);
        _view.Learn(1, new Decision { Formation = Formation, Voters = [Id(2), Id(3)] });
        Step(mine);
        Assert.Equal(mine, _council.Own.Pledge);
        Assert.False(_council.IsVoter);
        _view.Learn(2, new Decision { Formation = Formation, Voters = [Id(1), Id(3)] });
        Step(mine);
        Assert.Empty(_council.Own.Pledge);
        Assert.True(_council.IsVoter);
    }

    [Fact]
    public void Pledge_of_the_forming_itself_is_kept_at_its_first_decision()
    {
        ReplicaId[] all = [Id(1), Id(2)];
        Say(2, ready: all);
        Step(all);
        Say(2, pledge: all);
        Step(all);
        _view.Learn(0, _council.Decided!);
        Step(all);
        Assert.Equal(all, _council.Own.Pledge);
        Assert.Empty(_council.Own.Ready);
        Assert.True(_council.IsVoter);
    }

    [Fact]
    public void Nobody_has_a_voice_before_the_cluster_is_formed_or_without_a_vote()
    {
        Assert.False(_council.IsVoter);
        _view.Learn(0, new Decision { Formation = Formation, Voters = [Id(2)] });
        Assert.False(_council.IsVoter);
        _view.Learn(1, new Decision { Formation = Formation, Voters = [Id(1)] });
        Assert.True(_council.IsVoter);
    }

    private bool Step(params ReplicaId[] ready) => _council.Step(new CouncilInputs { Ready = ready });

    private void Say(ulong id, ReplicaId[]? ready = null, ReplicaId[]? pledge = null) => Say(Id(id), ready, pledge);

    private void Say(ReplicaId id, ReplicaId[]? ready = null, ReplicaId[]? pledge = null)
    {
        if (id == Id(1)) return;
        var before = _view.CouncilOf(id) ?? new CouncilRecord();
        _view.Learn(id, before with { Ready = ready ?? before.Ready, Pledge = pledge ?? before.Pledge });
    }

    /// <summary>The decision with which these form a cluster.</summary>
    private static Decision Form(ReplicaId[] all)
    {
        var view = new EscrowView();
        foreach (var id in all) view.Learn(id, new CouncilRecord { Ready = all, Pledge = all });
        var council = new Council(view, all[0]);
        council.Step(new CouncilInputs { Ready = all });
        return council.Decided!;
    }
}
