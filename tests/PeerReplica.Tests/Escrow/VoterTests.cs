using PeerReplica.Escrow;
using PeerReplica.Simulation;
using PeerReplica.Tests.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Escrow;

/// <summary>Who is named a voter: not replicas that somebody makes up.</summary>
public sealed class VoterTests
{
    private static readonly ReplicaId[] s_ids = [.. Enumerable.Range(1, 4).Select(i => new ReplicaId((UInt128)i))];

    [Fact]
    public void A_member_that_the_proposer_knows_only_by_others_is_not_named_a_voter()
    {
        var view = new EscrowView { IsBound = true };
        view.Learn(0, new Decision { BootstrapId = new(9), Voters = [s_ids[0], s_ids[1]] });
        foreach (var id in s_ids) view.Learn(id, new ConsensusRecord { NodeName = $"{id}", BootstrapId = new(9), Slot = 1 });
        var agenda = new ConsensusAgenda(view, s_ids[0]);
        var own = new ConsensusRecord { BootstrapId = new(9), Slot = 1 };
        var inputs = new ConsensusInputs { Reachable = s_ids.Skip(1).ToHashSet() };
        Assert.Equal(s_ids, agenda.Next(own, inputs)!.Voters);
        Assert.Equal(s_ids[..3], agenda.Next(own, inputs with { Known = s_ids[1..3].ToHashSet() })!.Voters);
    }

    [Fact]
    public void Of_one_identity_only_the_replica_counts_that_was_linked_last()
    {
        var mesh = new CoreMesh(3);
        Assert.Equal([mesh[1].Self, mesh[2].Self], mesh[0].OnePerIdentity()!.Order());
        var another = new ReplicaId(0xF00E);
        mesh.SendFirst(1, 0, ForgedTransfer.Written(f => MessageWriter.Write(
            f, new Hello(1, 2, "c", another, "n1", "10.0.0.1:1", new byte[16], false))));
        Assert.Equal([mesh[2].Self, another], mesh[0].OnePerIdentity()!.Order());
        Assert.Null(new CoreMesh(2, hasIdentities: false)[0].OnePerIdentity());
    }
}
