using PeerReplica.Causality;
using PeerReplica.Replication;

namespace PeerReplica.Tests.Replication;

/// <summary>When replicas that were not heard of are overdue.</summary>
public sealed class LivenessTests
{
    private static readonly ReplicaId s_self = new(1);
    private static readonly ReplicaId s_two = new(2);
    private static readonly ReplicaId s_three = new(3);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly Instant s_start = new(1_000);

    [Fact]
    public void Replica_is_overdue_when_nothing_was_heard_of_it_for_the_whole_patience()
    {
        var liveness = Following(s_self, s_two);
        Assert.Equal(s_start + s_patience, liveness.Next);
        Assert.Empty(liveness.Overdue(Nobody, s_start + (s_patience - TimeSpan.FromTicks(1))));
        Assert.Equal([s_two], liveness.Overdue(Nobody, s_start + s_patience));
    }

    [Fact]
    public void Replica_that_was_heard_of_is_overdue_later()
    {
        var liveness = Following(s_two, s_three);
        liveness.Heard(s_two, s_start + TimeSpan.FromSeconds(4));
        liveness.Heard(new ReplicaId(9), s_start);
        Assert.Equal([s_three], liveness.Overdue(Nobody, s_start + s_patience));
        Assert.Equal(s_start + TimeSpan.FromSeconds(14), liveness.Next);
        Assert.Empty(liveness.Overdue(Nobody, s_start + TimeSpan.FromSeconds(13)));
    }

    [Fact]
    public void Link_counts_as_hearing_of_a_replica()
    {
        var liveness = Following(s_two, s_three);
        var now = s_start + s_patience;
        Assert.Equal([s_three], liveness.Overdue(id => id == s_two, now));
        Assert.Equal(now + s_patience, liveness.Next);
        Assert.Equal([s_two, s_three], liveness.Overdue(Nobody, now + s_patience));
    }

    [Fact]
    public void What_was_heard_stays_while_others_are_followed_or_not()
    {
        var liveness = Following(s_two);
        var later = s_start + TimeSpan.FromSeconds(5);
        liveness.Follow(new HashSet<ReplicaId> { s_two, s_three }, later);
        Assert.Equal(s_start + s_patience, liveness.Next);
        Assert.Equal([s_two], liveness.Overdue(Nobody, s_start + s_patience));
        Assert.Equal(later + s_patience, liveness.Next);
        liveness.Follow(new HashSet<ReplicaId> { s_three }, later);
        Assert.Equal([s_three], liveness.Overdue(Nobody, later + s_patience));
    }

    [Fact]
    public void Nobody_is_overdue_where_nobody_is_followed()
    {
        var liveness = Following(s_self);
        Assert.Equal(Instant.Never, liveness.Next);
        Assert.Empty(liveness.Overdue(Nobody, new Instant(long.MaxValue - 1)));
    }

    private static Liveness Following(params ReplicaId[] replicas)
    {
        var liveness = new Liveness(s_self, s_patience);
        liveness.Follow(replicas.ToHashSet(), s_start);
        return liveness;
    }

    private static bool Nobody(ReplicaId id) => false;
}
