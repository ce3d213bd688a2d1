using PeerReplica.Replication;

namespace PeerReplica.Tests.Replication;

/// <summary>Where only operators' decisions to expel count: core 0 is an operator's, core 2 is decided on.</summary>
public sealed class OperatorTests
{
    private const int Operator = 0;
    private const int Target = 2;
    private static readonly byte[] s_expulsion = ExpulsionsObject.Encode(isExpelled: true);

    [Fact]
    public void A_decision_of_another_than_an_operator_has_no_effect_elsewhere_and_is_reported_once()
    {
        var mesh = new CoreMesh(4, operators: [Operator]);
        for (var i = 0; i < 5; i++) mesh.WriteDecision(1, CoreMesh.IdentityOf(i), s_expulsion);
        mesh.WriteDecision(1, CoreMesh.IdentityOf(Target), s_expulsion);
        mesh.Run(TimeSpan.FromMinutes(1));
        Assert.All([0, 2, 3], i => Assert.Empty(mesh[i].Expelled));
        Assert.True(mesh.IsLinked(0, 2) && mesh.IsLinked(0, 3) && mesh.IsLinked(2, 3));
        Assert.Equal("'n1' (key:1)", Assert.Single(mesh.Reports, r => r is { By: 3, Kind: CoreOutputKind.DecisionIgnored }).Detail);
        Assert.DoesNotContain(mesh.Reports, r => r.By is 0 or 3 && r.Kind == CoreOutputKind.Expelled);
        Assert.Equal(0, mesh[3].Counters.Quarantined);
    }

    [Fact]
    public void An_operators_decision_is_in_force_at_once_and_another_cannot_undo_it()
    {
        var mesh = new CoreMesh(4, operators: [Operator]);
        mesh.Decide(Operator, Target, isExpelled: true);
        Assert.All([0, 1, 3], i => Assert.Equal([CoreMesh.IdentityOf(Target)], mesh[i].Expelled));
        mesh.WriteDecision(3, CoreMesh.IdentityOf(Target), ExpulsionsObject.Encode(isExpelled: false), stamp: 1_000_000_000);
        mesh.Run(TimeSpan.FromSeconds(5));
        Assert.All([0, 1], i => Assert.Equal([CoreMesh.IdentityOf(Target)], mesh[i].Expelled));
        Assert.False(mesh.IsLinked(1, Target));
        mesh.Decide(Operator, Target, isExpelled: false);
        mesh.Run(TimeSpan.FromSeconds(10));
        Assert.All([0, 1], i => Assert.Empty(mesh[i].Expelled));
        Assert.True(mesh.IsLinked(1, Target));
    }

    [Fact]
    public void A_decision_counts_once_its_author_was_linked_under_an_operators_identity()
    {
        var mesh = new CoreMesh(4, operators: [Operator]);
        mesh.Cut(Operator, 3);
        mesh.Restart(3);
        mesh.Cut(Operator, 3);
        mesh.Run(TimeSpan.FromSeconds(5));
        mesh.Decide(Operator, Target, isExpelled: true);
        mesh.Run(TimeSpan.FromSeconds(5));
        Assert.Empty(mesh[3].Expelled);
        mesh.Run(TimeSpan.FromSeconds(30));
        Assert.Single(mesh.Reports, r => r is { By: 3, Kind: CoreOutputKind.DecisionIgnored });
        mesh.Restore(Operator, 3);
        mesh.Run(TimeSpan.FromSeconds(10));
        Assert.Equal([CoreMesh.IdentityOf(Target)], mesh[3].Expelled);
        Assert.False(mesh.IsLinked(3, Target));
    }

    [Fact]
    public void Joining_by_another_than_the_operator_is_no_reason_to_report_its_decisions()
    {
        var mesh = new CoreMesh(4, operators: [Operator]);
        mesh.Decide(Operator, Target, isExpelled: true);
        mesh.Restart(3);
        mesh.Run(TimeSpan.FromSeconds(30));
        Assert.Equal([CoreMesh.IdentityOf(Target)], mesh[3].Expelled);
        Assert.DoesNotContain(mesh.Reports, r => r.Kind == CoreOutputKind.DecisionIgnored);
    }

    [Fact]
    public void A_decision_stays_in_force_when_its_operator_is_gone()
    {
        var mesh = new CoreMesh(4, operators: [Operator]);
        mesh.Decide(Operator, Target, isExpelled: true);
        mesh.Cut(Operator, 1);
        mesh.Cut(Operator, 3);
        mesh.Run(TimeSpan.FromHours(2));
        Assert.All([1, 3], i => Assert.Equal([CoreMesh.IdentityOf(Target)], mesh[i].Expelled));
        Assert.False(mesh.IsLinked(1, Target) || mesh.IsLinked(3, Target));
    }

    [Fact]
    public void Decisions_that_others_make_up_take_no_room_from_an_operators()
    {
        var mesh = new CoreMesh(4, operators: [Operator]);
        for (var i = 0; i < ExpulsionsObject.MaxFromPeers; i++) mesh.WriteDecision(3, $"key:x{i}", s_expulsion);
        Assert.True(mesh[Operator].AdmitsDecision(CoreMesh.IdentityOf(Target)));
        mesh.Decide(Operator, Target, isExpelled: true);
        mesh.Run(TimeSpan.FromSeconds(5));
        Assert.Equal([CoreMesh.IdentityOf(Target)], mesh[1].Expelled);
        Assert.Equal([CoreMesh.IdentityOf(Target)], mesh[Operator].Expelled);
    }
}
