using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>Which kinds the cluster's safety rests on, and small rules of what is dialed and pulled.</summary>
public sealed class OwnershipRuleTests
{
    [Fact]
    public void Members_accounts_and_all_that_is_decided_about_them_are_protected()
    {
        ObjectKind[] expected =
        [
            ObjectKind.BoundedCounter, ObjectKind.Pool, ObjectKind.Reservation, ObjectKind.Consensus, ObjectKind.Members,
            ObjectKind.Decisions, ObjectKind.Expulsions,
        ];
        Assert.Equal(expected.Order(), Enum.GetValues<ObjectKind>().Where(Ownership.IsProtected).Order());
    }

    [Fact]
    public void What_only_its_own_origin_replaces_stays()
    {
        ObjectKind[] expected = [ObjectKind.BoundedCounter, ObjectKind.Pool, ObjectKind.Consensus, ObjectKind.Expulsions];
        Assert.Equal(expected.Order(), Enum.GetValues<ObjectKind>().Where(Ownership.IsPermanent).Order());
    }

    [Fact]
    public void An_address_has_failed_once_an_attempt_has()
    {
        var target = new DialTarget("a:1");
        Assert.False(target.HasFailed);
        target.Failures++;
        Assert.True(target.HasFailed);
    }

    [Fact]
    public void A_pull_of_what_is_missing_is_done_once_it_is_here_and_one_of_a_full_state_when_that_came()
    {
        var options = new CoreOptions { ClusterName = "c", NodeName = "n", Address = "a:1" };
        var link = new Link(1, isDialed: true, "b:1", options, new Instant(1));
        var (target, contained) = (new VersionVector { [0] = 2 }, new VersionVector { [0] = 1 });
        var missing = new PullInProgress(link, PullKind.Missing, target, Instant.Never);
        var fullState = new PullInProgress(link, PullKind.FullState, target, Instant.Never);
        Assert.False(missing.IsDone(contained));
        contained[0] = 2;
        Assert.True(missing.IsDone(contained));
        Assert.False(fullState.IsDone(contained));
    }
}
