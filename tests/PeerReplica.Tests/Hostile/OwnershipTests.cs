using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Replication;
using PeerReplica.Simulation;
using PeerReplica.Tests.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Hostile;

/// <summary>
/// A peer with a valid identity writes in other replicas' names. Core 2 lies to core 0, which is linked with core 1 as well.
/// </summary>
public sealed class OwnershipTests
{
    private static readonly ReplicaId s_unlinked = new(0xF00D);
    private static readonly byte[] s_value = [7];
    private readonly CoreMesh _mesh = new(3);

    public OwnershipTests() => _mesh.Deaf.Add(2);

    private Store Store => _mesh[0].Store;

    private ReplicaId Liar => _mesh[2].Self;

    private ReplicaId Honest => _mesh[1].Self;

    [Fact]
    public void A_members_entry_in_anothers_name_is_an_offence_of_its_author()
    {
        Tell(Own(ForgedTransfer.Members, ForgedTransfer.KeyOf(Honest), Entry("n2", "10.6.6.6:6")));
        Assert.Equal((0, 2, LinkVerdict.Malformed), _mesh.Closed.Select(c => (c.By, c.Peer, c.Verdict)).First());
        Assert.Equal(1, OffencesOf(2));
        Assert.Equal("10.0.0.1:1", _mesh[0].Members.Single(m => m.Id == Honest).Address);
    }

    [Fact]
    public void From_a_relay_it_only_closes_the_link()
    {
        Tell(new ForgedTransfer().Add(s_unlinked, 0, 1, ForgedTransfer.Members, ForgedTransfer.KeyOf(Honest), Entry("n1", "10.6.6.6:6")));
        Assert.Equal((0, 2, LinkVerdict.Malformed), _mesh.Closed.Select(c => (c.By, c.Peer, c.Verdict)).First());
        Assert.Equal(0, OffencesOf(2));
        Assert.Equal("10.0.0.1:1", _mesh[0].Members.Single(m => m.Id == Honest).Address);
    }

    [Fact]
    public void A_replica_that_is_removed_by_another_returns()
    {
        Tell(Own(ForgedTransfer.Members, ForgedTransfer.KeyOf(Honest), null));
        _mesh.Run(TimeSpan.FromSeconds(3));
        Assert.True(_mesh.IsLinked(0, 2));
        Assert.Contains(_mesh[0].Members, m => m.Id == Honest);
    }

    [Fact]
    public void A_removal_of_entries_that_their_replica_has_yet_to_write_is_held_back()
    {
        Tell(Own(ForgedTransfer.Members, ForgedTransfer.KeyOf(Honest), null, observed: (Honest, 1_000_000)));
        _mesh.Run(TimeSpan.FromSeconds(3));
        Assert.True(_mesh.IsLinked(0, 2));
        Assert.Contains(_mesh[0].Members, m => m.Id == Honest);
        Tell(Own(ForgedTransfer.Members, ForgedTransfer.KeyOf(_mesh[0].Self), null, observed: (_mesh[0].Self, 1_000_000)));
        _mesh.Run(TimeSpan.FromSeconds(3));
        Assert.Contains(_mesh[1].Members, m => m.Id == _mesh[0].Self);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_says_that_it_is_another_node_than_its_hello_names_offends(bool isConsensus)
    {
        Tell(isConsensus
            ? Own(ForgedTransfer.Consensus, ForgedTransfer.Nil, Encode(new ConsensusRecord { NodeName = "n1", Address = "10.0.0.1:1" }))
            : Own(ForgedTransfer.Members, ForgedTransfer.KeyOf(Liar), Entry("n1", "10.0.0.1:1")));
        Assert.Equal((0, 2, LinkVerdict.Malformed), _mesh.Closed.Select(c => (c.By, c.Peer, c.Verdict)).First());
        Assert.Equal(1, OffencesOf(2));
    }

    [Fact]
    public void Changes_of_a_linked_replica_count_only_as_far_as_it_shows_them()
    {
        var (vector, at) = (ContainedOf(Honest), ContainedOf(Liar));
        Tell(Own(ForgedTransfer.Map, [1], s_value)
            .Add(Honest, vector, vector + 1, ForgedTransfer.Tickets, ForgedTransfer.Nil, Account(1_000_000))
            .Add(s_unlinked, 0, 1, ForgedTransfer.Map, [2], s_value));
        Assert.Equal((vector, at + 1, 1UL), (ContainedOf(Honest), ContainedOf(Liar), ContainedOf(s_unlinked)));
        Assert.True(_mesh.IsLinked(0, 2));
        Assert.DoesNotContain(_mesh.Reports, r => r.Kind == CoreOutputKind.HeldBack);

        // The replica itself goes on, and nobody parts from it.
        _mesh.Run(TimeSpan.FromSeconds(3));
        Assert.Contains(_mesh.Reports, r => r is { By: 0, Kind: CoreOutputKind.HeldBack } && r.Detail!.Contains("passes on changes of 'n1'", StringComparison.Ordinal));
        _mesh.Write(1, 5, 9);
        _mesh.Run(TimeSpan.FromSeconds(3));
        Assert.True(_mesh.Holds(0, 5));
        Assert.True(_mesh.IsLinked(0, 1));
        Assert.Null(Find(ForgedTransfer.Tickets, Honest));
    }

    [Fact]
    public void What_a_relay_brings_sooner_than_the_replica_itself_counts_once_that_shows_it_and_is_not_reported()
    {
        var vector = ContainedOf(Honest);
        Tell(new ForgedTransfer().Add(Honest, vector, vector + 1, new ObjectIdentity("m", ObjectKind.Map, "int"), [5], [9]));
        Assert.Equal(vector, ContainedOf(Honest));
        _mesh.Write(1, 5, 9);
        Assert.Equal(vector + 1, ContainedOf(Honest));
        _mesh.Run(TimeSpan.FromSeconds(5));
        Assert.DoesNotContain(_mesh.Reports, r => r.Kind == CoreOutputKind.HeldBack);
        Assert.True(_mesh.LinkOf(0, 2)!.Reader.HeldBack.IsEmpty);
        Assert.Equal(Store.Hash, _mesh[1].Store.Hash);
    }

    [Fact]
    public void A_transfer_that_cannot_be_applied_shows_what_its_origin_made()
    {
        var at = ContainedOf(Honest);
        _mesh.Deaf.Add(1);
        _mesh.Send(1, 0, new ForgedTransfer().Add(Honest, at + 1, at + 2, ForgedTransfer.Map, [1], s_value).Frame(_mesh.LinkOf(0, 1)!.LastDataNumber + 1));
        Assert.Equal(at, ContainedOf(Honest));
        Tell(new ForgedTransfer().Add(Honest, at, at + 2, ForgedTransfer.Map, [1], s_value));
        Assert.Equal(at + 2, ContainedOf(Honest));
    }

    [Fact]
    public void An_account_that_its_linked_replica_has_announced_and_not_sent_is_not_taken_from_another()
    {
        var at = ContainedOf(Honest);
        _mesh.Deaf.Add(1);
        _mesh.Send(1, 0, new ForgedTransfer().Add(Honest, at + 1, at + 2, ForgedTransfer.Map, [1], s_value).Frame(_mesh.LinkOf(0, 1)!.LastDataNumber + 1));
        Tell(new ForgedTransfer().Add(Honest, at, at + 2, ForgedTransfer.Tickets, ForgedTransfer.Nil, Account(1_000_000)));
        Assert.Equal(at, ContainedOf(Honest));
        Assert.True(_mesh.IsLinked(0, 2));
    }

    [Fact]
    public void A_replica_that_is_not_linked_is_known_by_what_others_say()
    {
        _mesh.Cut(0, 1);
        var vector = ContainedOf(Honest);
        Tell(new ForgedTransfer().Add(Honest, vector, vector + 1, ForgedTransfer.Map, [1], s_value));
        Assert.Equal(vector + 1, ContainedOf(Honest));
    }

    [Fact]
    public void A_repair_alters_no_account_of_a_linked_replica_nor_ones_own()
    {
        foreach (var index in (int[])[0, 1])
        {
            Speak(index, ForgedTransfer.Tickets, Account(1));
            _mesh.Run(TimeSpan.FromSeconds(1));
            var (origin, at) = (_mesh[index].Self, ContainedOf(_mesh[index].Self));
            Repair(new ForgedTransfer().Add(origin, 0, at, ForgedTransfer.Tickets, ForgedTransfer.Nil, Account(1_000_000)));
            Assert.Equal(Account(1), Find(ForgedTransfer.Tickets, origin)!.Payload);

            // Nor by another entry that takes its dot.
            Repair(new ForgedTransfer().Add(origin, 0, at, new ObjectIdentity("zzz", ObjectKind.Map, "int"), [1], s_value));
            Assert.Equal(Account(1), Find(ForgedTransfer.Tickets, origin)!.Payload);
        }

        // Of a replica that is not linked the greater content stays, as everywhere.
        var before = ContainedOf(Honest);
        _mesh.Cut(0, 1);
        Repair(new ForgedTransfer().Add(Honest, 0, before, ForgedTransfer.Tickets, ForgedTransfer.Nil, Account(1_000_000)));
        Assert.Equal(Account(1_000_000), Find(ForgedTransfer.Tickets, Honest)!.Payload);
    }

    [Fact]
    public void A_full_state_removes_no_account_consensus_record_or_decision()
    {
        Speak(1, ForgedTransfer.Tickets, Account(1));
        Speak(1, ForgedTransfer.Consensus, Encode(new ConsensusRecord { NodeName = "n1", Address = "10.0.0.1:1" }));
        var decision = new Decision { BootstrapId = new(3), Voters = [Honest] };
        Speak(1, ForgedTransfer.Decisions, EscrowCodec.Encode(decision).Written.ToArray(), SlotKey(decision.BootstrapId, 0));
        _mesh.Write(1, 5, 9);
        _mesh.Run(TimeSpan.FromSeconds(1));
        Pass(ContainedOf(Honest), t => t.Add(Honest, 0, ContainedOf(Honest)));
        Assert.Equal(1, _mesh[0].Counters.FullStates - _passes);
        Assert.False(_mesh.Holds(0, 5));
        Assert.NotNull(Find(ForgedTransfer.Tickets, Honest));
        Assert.NotNull(Find(ForgedTransfer.Consensus, Honest));
        Assert.NotNull(Store.ObjectOf(ForgedTransfer.Decisions).Find(SlotKey(decision.BootstrapId, 0))!.Components);
    }

    [Fact]
    public void A_full_state_with_changes_that_a_linked_replica_has_not_shown_is_not_taken_unless_several_peers_have_collected_what_is_lacking()
    {
        var (at, other) = (ContainedOf(Honest), new ReplicaId(0xF00F));
        Forge();
        Assert.Equal((at, 0), (ContainedOf(Honest), _mesh[0].Counters.FullStates - _passes));
        Assert.True(_mesh.IsLinked(0, 2));

        // Core 1 has collected changes of a replica that core 0 has never heard of, and so has the liar.
        foreach (var link in (Link[])[_mesh.LinkOf(0, 1)!, _mesh.LinkOf(0, 2)!]) link.PeerFloor.Raise(Store.Origins.IndexOf(other), 1);
        Forge();
        Assert.Equal((at + 1, 1), (ContainedOf(Honest), _mesh[0].Counters.FullStates - _passes));

        void Forge() => Pass(at, t => t.Add(Honest, 0, at + 1, ForgedTransfer.Map, [1], s_value).Add(other, 0, 1, ForgedTransfer.Map, [2], s_value));
    }

    [Fact]
    public void A_repair_with_changes_that_a_linked_replica_has_not_sent_is_taken_without_them_and_not_asked_for_again()
    {
        var (at, other) = (ContainedOf(Honest), new ReplicaId(0xF00F));
        Repair(new ForgedTransfer().Add(Honest, 0, at + 1, ForgedTransfer.Map, [1], s_value).Add(other, 0, 1, ForgedTransfer.Map, [2], s_value));
        Assert.Equal((at, 1UL), (ContainedOf(Honest), ContainedOf(other)));
    }

    [Fact]
    public void A_full_state_ends_no_account()
    {
        Speak(1, ForgedTransfer.Tickets, Account(1));
        _mesh.Run(TimeSpan.FromSeconds(1));
        var at = ContainedOf(Honest);
        Pass(at, t => t.Add(Honest, 0, at, ForgedTransfer.Tickets, ForgedTransfer.Nil, Account(1), isDead: true));
        Assert.True(Find(ForgedTransfer.Tickets, Honest)!.IsLive);
        Assert.Equal((0, 2, LinkVerdict.Malformed), _mesh.Closed.Select(c => (c.By, c.Peer, c.Verdict)).First());
        Assert.Equal(0, OffencesOf(2));
    }

    [Fact]
    public void That_a_linked_replica_has_ended_counts_by_its_own_word_or_a_later_run_of_the_same_identity()
    {
        Tell(Own(ForgedTransfer.Consensus, ForgedTransfer.Nil, Encode(AccountConsensus(2) with { Ended = [Honest, _mesh[0].Self, s_unlinked] })));
        Assert.Equal((false, false, true), (HasEnded(Honest), HasEnded(_mesh[0].Self), HasEnded(s_unlinked)));
        Speak(1, ForgedTransfer.Consensus, Encode(AccountConsensus(1) with { Ended = [Honest] }));
        Assert.True(HasEnded(Honest));
    }

    [Fact]
    public void That_a_linked_replica_has_ended_counts_by_an_operators_word()
    {
        var mesh = new CoreMesh(3, operators: [2]);
        mesh.Deaf.Add(2);
        var (by, at) = (mesh[2].Self, mesh[0].Store.Vector[mesh[0].Store.Origins.IndexOf(mesh[2].Self)]);
        mesh.Send(2, 0, new ForgedTransfer()
            .Add(by, at, at + 1, ForgedTransfer.Consensus, ForgedTransfer.Nil, Encode(AccountConsensus(2) with { Ended = [mesh[1].Self, mesh[0].Self] }))
            .Frame(mesh.LinkOf(0, 2)!.LastDataNumber + 1));
        Assert.True(mesh[0].Escrow.View.IsEnded(mesh[1].Self));
        Assert.False(mesh[0].Escrow.View.IsEnded(mesh[0].Self));
    }

    [Fact]
    public void Once_nothing_is_heard_of_it_any_more_what_others_say_of_its_end_counts()
    {
        Tell(Own(ForgedTransfer.Consensus, ForgedTransfer.Nil, Encode(AccountConsensus(2) with { Ended = [Honest] })));
        Assert.False(HasEnded(Honest));
        _mesh.Cut(1, 2);
        _mesh.Cut(0, 1);
        _mesh.Run(TimeSpan.FromSeconds(0.1));
        Assert.False(HasEnded(Honest));
        _mesh.Run(TimeSpan.FromSeconds(15));
        Assert.True(HasEnded(Honest));

        // Of itself a replica knows best, also once nobody knows any more who said so.
        Tell(Own(ForgedTransfer.Consensus, ForgedTransfer.Nil, Encode(AccountConsensus(2) with { Ended = [_mesh[0].Self] })));
        _mesh.Cut(0, 2);
        _mesh.Run(TimeSpan.FromSeconds(120));
        Assert.False(HasEnded(_mesh[0].Self));
    }

    [Fact]
    public void A_later_run_under_the_same_identity_is_believed_while_the_earlier_link_is_still_open()
    {
        // Core 0 has not seen that the earlier run's connection is gone.
        var earlier = Honest;
        Tell(new ForgedTransfer().Add(s_unlinked, 0, 1, ForgedTransfer.Consensus, ForgedTransfer.Nil, Encode(AccountConsensus(1) with { Ended = [earlier] })));
        Assert.False(HasEnded(earlier));
        _mesh.SendFirst(1, 0, ForgedTransfer.Written(f => MessageWriter.Write(
            f, new Hello(1, 2, "c", new ReplicaId(0xF00E), "n1", "10.0.0.1:1", new byte[16], false))));
        Tell(new ForgedTransfer().Add(
            new ReplicaId(0xF00E), 0, 1, ForgedTransfer.Consensus, ForgedTransfer.Nil, Encode(AccountConsensus(1) with { Ended = [earlier] })));
        Assert.True(HasEnded(earlier));
    }

    private long _passes;

    private static ConsensusRecord AccountConsensus(int index) => new() { NodeName = $"n{index}", Address = $"10.0.0.{index}:1" };

    private bool HasEnded(ReplicaId id) => _mesh[0].Escrow.View.IsEnded(id);

    private ulong ContainedOf(ReplicaId id) => Store.Origins.TryGetIndex(id, out var origin) ? Store.Vector[origin] : 0;

    private int OffencesOf(int index) => _mesh[0].Quarantine.Find(CoreMesh.IdentityOf(index))!.Offences;

    private PeerReplica.Crdts.Record? Find(ObjectIdentity identity, ReplicaId origin) =>
        Store.ObjectOf(identity).Find(ForgedTransfer.Nil)?.Component(Store.Origins.IndexOf(origin));

    private ForgedTransfer Own(ObjectIdentity identity, byte[] key, byte[]? payload, (ReplicaId, ulong)? observed = null) =>
        new ForgedTransfer().Add(Liar, ContainedOf(Liar), ContainedOf(Liar) + 1, identity, key, payload, observed);

    private void Tell(ForgedTransfer transfer, DataFlags flags = DataFlags.None) =>
        _mesh.Send(2, 0, transfer.Frame(_mesh.LinkOf(0, 2)!.LastDataNumber + 1, flags));

    /// <summary>An honest core writes a record of the escrow's.</summary>
    private void Speak(int index, ObjectIdentity identity, byte[] payload, byte[]? key = null)
    {
        var core = _mesh[index];
        var entry = (OpaqueEntry)core.Store.ObjectOf(identity).EntryOf(key ?? ForgedTransfer.Nil);
        entry.PendingWrite = new DetachedRecord { Payload = payload, Stamp = core.Store.MaxStamp.Next };
        core.Publish(entry);
        _mesh.Run(TimeSpan.FromSeconds(0.05));
    }

    /// <summary>The liar says that its content differs, is asked for a repair, and sends it.</summary>
    private void Repair(ForgedTransfer transfer)
    {
        var passes = _mesh[0].Counters.FullStates;
        _mesh.Send(2, 0, ForgedTransfer.Written(f => MessageWriter.Write(
            f, new Heartbeat(_mesh.LinkOf(0, 2)!.LastDataNumber, ContentHash.OfVector(Store.Vector, Store.Origins), 0xBAD, 0, default))));
        _mesh.LinkOf(0, 2)!.FullStates.Ask(PullKind.Repair);
        Tell(transfer, DataFlags.FullState | DataFlags.Repair);
        Assert.InRange(_mesh[0].Counters.FullStates - passes, 1, 2);
    }

    /// <summary>The liar is asked for a full state, and sends one that lacks what it likes.</summary>
    private void Pass(ulong floor, Action<ForgedTransfer> write)
    {
        _passes = _mesh[0].Counters.FullStates;
        _mesh.LinkOf(0, 2)!.FullStates.Ask(PullKind.FullState);
        var transfer = new ForgedTransfer((Honest, floor));
        write(transfer);
        Tell(transfer, DataFlags.FullState);
    }

    private static byte[] Entry(string nodeName, string address) => MembersObject.Encode(nodeName, address, []);

    private static byte[] SlotKey(ReplicaId bootstrapId, ulong slot) => ForgedTransfer.Written(f =>
    {
        f.WriteArrayHeader(2);
        f.WriteReplicaId(bootstrapId);
        f.WriteUInt(slot);
    });

    private static byte[] Account(long limit)
    {
        var buffer = new FrameBuffer();
        var output = new MessagePack.MessagePackWriter(buffer);
        (AccountRecord.Empty with { Down = AccountSide.Empty with { Limit = limit, LimitSince = 1 } }).Encode(ref output);
        output.Flush();
        return buffer.Written.ToArray();
    }

    private static byte[] Encode(ConsensusRecord record)
    {
        var buffer = new FrameBuffer();
        var output = new MessagePack.MessagePackWriter(buffer);
        record.Encode(ref output);
        output.Flush();
        return buffer.Written.ToArray();
    }
}
