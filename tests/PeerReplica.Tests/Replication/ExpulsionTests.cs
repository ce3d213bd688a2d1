using PeerReplica.Replication;

namespace PeerReplica.Tests.Replication;

/// <summary>Identities that an operator expels from the cluster.</summary>
public sealed class ExpulsionTests
{
    private const int Expelled = 2;

    [Fact]
    public void An_expelled_identity_is_cut_off_by_every_replica_in_the_step_in_which_it_hears_of_it()
    {
        var mesh = new CoreMesh(3);
        mesh.Decide(0, Expelled, isExpelled: true);
        Assert.Contains((0, Expelled, LinkVerdict.Expelled, CoreMesh.IdentityOf(Expelled)), mesh.Closed);
        Assert.Contains((1, Expelled, LinkVerdict.Expelled, CoreMesh.IdentityOf(Expelled)), mesh.Closed);
        Assert.True(mesh.IsLinked(0, 1));
        Assert.Equal([CoreMesh.IdentityOf(Expelled)], mesh[0].Expelled);
        Assert.Equal([CoreMesh.IdentityOf(Expelled)], mesh[1].Expelled);
        Assert.Empty(mesh[Expelled].Expelled);
        Assert.True(mesh[Expelled].IsExpelledThere(mesh.Now));
        Assert.Equal(2, mesh[0].GroupSize);

        mesh.Write(0, 1, 7);
        mesh.Write(Expelled, 2, 7);
        mesh.Run(TimeSpan.FromMinutes(5));
        Assert.True(mesh.Holds(1, 1));
        Assert.False(mesh.Holds(Expelled, 1) || mesh.Holds(0, 2) || mesh.Holds(1, 2));
        Assert.DoesNotContain(mesh.Dials, d => d.To == Expelled);

        // It asks again, and does not storm: two addresses, once in a minute.
        Assert.InRange(mesh.Dials.Count(d => d.From == Expelled), 2, 14);
    }

    [Fact]
    public void A_later_run_of_the_identity_stays_out_and_a_replica_that_starts_later_keeps_it_out_too()
    {
        var mesh = new CoreMesh(3);
        mesh.Decide(0, Expelled, isExpelled: true);
        mesh.Restart(Expelled);
        mesh.Restart(1);
        mesh.Run(TimeSpan.FromMinutes(2));
        Assert.True(mesh.IsLinked(0, 1));
        Assert.Equal([CoreMesh.IdentityOf(Expelled)], mesh[1].Expelled);
        Assert.False(mesh.IsLinked(0, Expelled) || mesh.IsLinked(1, Expelled));
        mesh.Restart(0);
        mesh.Run(TimeSpan.FromMinutes(2));
        Assert.Equal([CoreMesh.IdentityOf(Expelled)], mesh[0].Expelled);
        Assert.False(mesh.IsLinked(0, Expelled) || mesh.IsLinked(1, Expelled));
    }

    [Fact]
    public void A_readmitted_identity_is_linked_again_and_what_was_missed_is_exchanged()
    {
        var mesh = new CoreMesh(3);
        mesh.Decide(0, Expelled, isExpelled: true);
        mesh.Write(0, 1, 7);
        mesh.Write(Expelled, 2, 7);
        mesh.Run(TimeSpan.FromMinutes(5));
        mesh.Decide(1, Expelled, isExpelled: false);
        mesh.Run(TimeSpan.FromSeconds(6));
        Assert.True(mesh.IsLinked(0, Expelled) && mesh.IsLinked(1, Expelled));
        Assert.True(mesh.Holds(Expelled, 1) && mesh.Holds(0, 2) && mesh.Holds(1, 2));
        Assert.All([0, 1, 2], i => Assert.Empty(mesh[i].Expelled));
        Assert.Equal(3, mesh[0].GroupSize);
        var reports = mesh.Reports.Where(r => r.By == 0 && r.Detail == CoreMesh.IdentityOf(Expelled));
        Assert.Equal([CoreOutputKind.Expelled, CoreOutputKind.Readmitted], reports.Select(r => r.Kind));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_decisions_that_did_not_know_of_each_other_the_later_one_holds_everywhere(bool isLaterExpelled)
    {
        var mesh = new CoreMesh(4);
        mesh.Cut(0, 1);
        mesh.Cut(0, 3);
        mesh.Decide(1, Expelled, isExpelled: true, stamp: 1_000_000);
        if (!isLaterExpelled) mesh.Decide(1, Expelled, isExpelled: false, stamp: 3_000_000);
        mesh.Decide(0, Expelled, isExpelled: true, stamp: 2_000_000);
        if (isLaterExpelled) mesh.Decide(1, Expelled, isExpelled: false, stamp: 1_500_000);
        mesh.Restore(0, 1);
        mesh.Restore(0, 3);
        mesh.Run(TimeSpan.FromSeconds(30));
        string[] expected = isLaterExpelled ? [CoreMesh.IdentityOf(Expelled)] : [];
        Assert.All([0, 1, 3], i => Assert.Equal(expected, mesh[i].Expelled));
        Assert.Equal(!isLaterExpelled, mesh.IsLinked(0, Expelled));
        Assert.Equal(!isLaterExpelled, mesh.IsLinked(1, Expelled));
        Assert.Equal(mesh[0].Store.Hash, mesh[1].Store.Hash);
        Assert.Equal(mesh[0].Store.Hash, mesh[3].Store.Hash);
    }

    [Fact]
    public void An_expelled_peer_does_not_readmit_itself_by_a_replica_that_has_not_heard_of_it()
    {
        var mesh = new CoreMesh(3);
        mesh.Cut(0, 1);
        mesh.Decide(0, Expelled, isExpelled: true);
        Assert.True(mesh.IsLinked(1, Expelled));
        var readmission = ExpulsionsObject.Encode(isExpelled: false);
        mesh.WriteDecision(Expelled, CoreMesh.IdentityOf(Expelled), readmission, stamp: 1_000_000_000);
        Assert.Equal(1, mesh[1].Counters.Quarantined);
        mesh.Restore(0, 1);
        mesh.Run(TimeSpan.FromMinutes(1));
        Assert.All([0, 1], i => Assert.Equal([CoreMesh.IdentityOf(Expelled)], mesh[i].Expelled));
        Assert.False(mesh.IsLinked(0, Expelled) || mesh.IsLinked(1, Expelled));
    }

    [Fact]
    public void A_readmission_of_others_making_is_taken_from_the_readmitted_peer()
    {
        // 3 hears of it from the peer itself, which does not make it that peer's decision.
        var mesh = new CoreMesh(4);
        mesh.Decide(0, Expelled, isExpelled: true);
        mesh.Decide(1, Expelled, isExpelled: false);
        mesh.Run(TimeSpan.FromSeconds(10));
        mesh.Cut(3, 0);
        mesh.Cut(3, 1);
        mesh.Restart(3);
        mesh.Cut(3, 0);
        mesh.Cut(3, 1);
        mesh.Run(TimeSpan.FromSeconds(20));
        Assert.True(mesh.IsLinked(3, Expelled));
        Assert.Equal(0, mesh[3].Counters.Quarantined);
        Assert.Equal(mesh[0].Store.Hash, mesh[3].Store.Hash);
    }

    [Fact]
    public void A_decision_cannot_be_removed_and_its_identity_cannot_be_longer_than_512_bytes()
    {
        foreach (var isRemoval in new[] { true, false })
        {
            var mesh = new CoreMesh(2);
            var expulsion = ExpulsionsObject.Encode(isExpelled: true);
            var longest = new string('x', ExpulsionsObject.MaxIdentityBytes);
            mesh.WriteDecision(1, longest, expulsion);
            Assert.Single(mesh[0].Expelled);
            mesh.WriteDecision(1, isRemoval ? longest : longest + "x", isRemoval ? null : expulsion);
            mesh.Run(TimeSpan.FromSeconds(0.1));
            Assert.Single(mesh[0].Expelled);
            Assert.Equal(1, mesh[0].Counters.Quarantined);
        }
    }

    [Fact]
    public void A_peer_that_makes_up_decisions_without_end_fills_no_more_than_4096_and_its_changes_are_held_back()
    {
        var mesh = new CoreMesh(3);
        var expulsion = ExpulsionsObject.Encode(isExpelled: true);
        for (var i = 0; i < ExpulsionsObject.MaxFromPeers + 100; i++) mesh.WriteDecision(2, $"key:x{i}", expulsion);
        mesh.Run(TimeSpan.FromSeconds(5));
        Assert.InRange(mesh[0].Expelled.Count, 1, ExpulsionsObject.MaxFromPeers);
        Assert.True(mesh.IsLinked(0, 1) && mesh.IsLinked(0, 2));
        Assert.True(mesh[0].Counters.HeldBack > 0);
        mesh.Write(1, 1, 7);
        Assert.True(mesh.Holds(0, 1));
    }

    [Fact]
    public void There_is_room_for_1024_identities()
    {
        var mesh = new CoreMesh(1);
        for (var i = 0; i < ExpulsionsObject.MaxIdentities; i++)
        {
            Assert.True(mesh[0].AdmitsDecision($"key:{i}"));
            mesh[0].Decide($"key:{i}", isExpelled: true, default, mesh.Now);
        }

        Assert.False(mesh[0].AdmitsDecision("key:another"));
        Assert.True(mesh[0].AdmitsDecision("key:7"));
        Assert.Equal(ExpulsionsObject.MaxIdentities, mesh[0].Expelled.Count);
    }
}
