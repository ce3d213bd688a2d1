using PeerReplica.Causality;

namespace PeerReplica.Tests.Replication;

/// <summary>Of how many replicas a majority is, and how many of them hold a change.</summary>
public sealed class ConcernCountTests
{
    private readonly CoreMesh _mesh = new(3);

    [Fact]
    public void An_earlier_run_of_an_instance_counts_no_more_once_the_later_one_is_linked()
    {
        var (old, group) = (_mesh[1].Self, _mesh[0].GroupSize);
        Assert.Equal(3, group);
        Assert.True(_mesh[0].IsCounted(old));
        Restart();
        Assert.Contains(_mesh[0].Members, m => m.Id == old);
        Assert.False(_mesh[0].IsCounted(old));
        Assert.True(_mesh[0].IsCounted(_mesh[1].Self));
        Assert.False(_mesh[0].IsCounted(new ReplicaId(0xF00)));
        Assert.Equal(3, _mesh[0].GroupSize);
    }

    [Fact]
    public void The_members_that_count_are_counted_anew_when_an_instance_was_restarted()
    {
        Assert.Equal([_mesh[1].Self, _mesh[2].Self], _mesh[0].CountedMembers.Select(m => m.Id));
        Restart();
        Assert.Equal([_mesh[2].Self, _mesh[1].Self], _mesh[0].CountedMembers.Select(m => m.Id));
    }

    [Fact]
    public void An_earlier_run_holds_nothing_for_a_concern()
    {
        _mesh.Write(0, 1, 1);
        var sequence = _mesh[0].Store.Vector[OriginTable.Self];
        Assert.Equal(3, _mesh[0].Holding(sequence));
        Assert.Equal(1, _mesh[0].Holding(sequence + 1));
        Restart();
        Assert.Equal(3, _mesh[0].Holding(sequence));
        Assert.Equal(3, _mesh[0].Holding(sequence, ofGroup: true));
    }

    [Fact]
    public void A_linked_peer_that_is_no_member_any_more_holds_a_change_but_not_for_the_group()
    {
        _mesh.Write(0, 1, 1);
        var sequence = _mesh[0].Store.Vector[OriginTable.Self];
        _mesh.Deaf.Add(1);
        _mesh[0].Forget(_mesh[1].Self, hasEnded: false, _mesh.Now);
        Assert.True(_mesh.IsLinked(0, 1));
        Assert.DoesNotContain(_mesh[0].Members, m => m.Id == _mesh[1].Self);
        Assert.Equal(3, _mesh[0].Holding(sequence));
        Assert.Equal(2, _mesh[0].Holding(sequence, ofGroup: true));
        Assert.Equal(1, _mesh[0].Holding(_mesh[0].Store.Vector[OriginTable.Self] + 1));
        Assert.Equal(2, _mesh[0].GroupSize);
    }

    [Fact]
    public void Replicas_that_are_expected_count_before_they_are_met()
    {
        var pair = new CorePair(o => o with { ExpectedReplicas = 5 });
        Assert.Equal((3, 5), (pair[0].UnmetReplicas, pair[0].GroupSize));
        pair = new CorePair(o => o with { ExpectedReplicas = 1 });
        Assert.Equal((0, 2), (pair[0].UnmetReplicas, pair[0].GroupSize));
    }

    /// <summary>Ends the second replica's process and starts it anew under the same name and address.</summary>
    private void Restart()
    {
        _mesh.Restart(1);
        _mesh.Run(TimeSpan.FromSeconds(2));
        Assert.True(_mesh.IsLinked(0, 1));
    }
}
