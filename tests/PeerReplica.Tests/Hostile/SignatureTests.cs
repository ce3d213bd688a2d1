using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Replication;
using PeerReplica.Simulation;
using PeerReplica.Testing;
using PeerReplica.Tests.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Hostile;

/// <summary>
/// Core 1 passes records of core 0 on to core 2, which has no link with core 0: what core 0 signed arrives, and nothing else.
/// </summary>
public sealed class SignatureTests
{
    private const int Origin = 0;
    private const int Relay = 1;
    private const int Receiver = 2;
    private static readonly byte[] s_value = [7];
    private readonly CoreMesh _mesh = new(3, signs: static _ => true);

    public SignatureTests() => _mesh.Cut(Origin, Receiver);

    private ReplicaId Author => _mesh[Origin].Self;

    private ulong Contained => ContainedBy(Receiver, Author);

    [Fact]
    public void What_an_honest_relay_passes_on_arrives()
    {
        Write(Origin, ForgedTransfer.Tickets, Account(5));
        Write(Origin, ForgedTransfer.Consensus, Encode(new ConsensusRecord { NodeName = "n0", Address = "10.0.0.0:1" }));
        _mesh.Decide(Origin, about: 9, isExpelled: true);
        _mesh.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(Account(5), Find(Receiver, ForgedTransfer.Tickets)!.Payload);
        AssertEqualAndAtPeace();
        Assert.NotNull(Find(Receiver, ForgedTransfer.Tickets)!.Proof);
    }

    [Fact]
    public void A_replica_that_joins_by_a_relay_gets_all()
    {
        Write(Origin, ForgedTransfer.Tickets, Account(5));
        _mesh.Restart(Receiver);
        _mesh.Cut(Origin, Receiver);
        _mesh.Run(TimeSpan.FromSeconds(3));
        Assert.Equal(Account(5), Find(Receiver, ForgedTransfer.Tickets)!.Payload);
        Assert.Contains(_mesh[Receiver].Members, m => m.Id == Author);
        AssertEqualAndAtPeace();
    }

    [Fact]
    public void A_later_run_of_the_origin_is_known_by_its_own_signature()
    {
        _mesh.Restart(Origin);
        _mesh.Cut(Origin, Receiver);
        _mesh.Run(TimeSpan.FromSeconds(3));
        Assert.Contains(_mesh[Receiver].Members, m => m.Id == Author);
        AssertEqualAndAtPeace();
    }

    [Fact]
    public void A_member_that_is_forgotten_and_returns_is_believed()
    {
        // The entry that it writes anew observes its removal; these dots are dropped before the last replica gets the entry.
        _mesh.Restore(Origin, Receiver);
        _mesh.Run(TimeSpan.FromSeconds(3));
        Remove(Relay, Author);
        _mesh.Run(TimeSpan.FromSeconds(10));
        var own = Entry(Relay, Author)!;
        Assert.NotNull(own.Proof!.ObservedDigest);
        Assert.Null(own.Observed);
        _mesh.Cut(Origin, Receiver);
        _mesh.Restart(Receiver);
        _mesh.Cut(Origin, Receiver);
        _mesh.Run(TimeSpan.FromSeconds(3));
        Assert.Contains(_mesh[Receiver].Members, m => m.Id == Author);
        AssertEqualAndAtPeace();
    }

    [Fact]
    public void A_repair_by_a_relay_brings_what_is_missing()
    {
        Write(Origin, ForgedTransfer.Tickets, Account(5));
        _mesh.Run(TimeSpan.FromSeconds(1));
        var store = _mesh[Receiver].Store;
        var component = Find(Receiver, ForgedTransfer.Tickets)!;
        component.Payload = Account(6);
        _mesh.Restart(Receiver);
        _mesh.Cut(Origin, Receiver);
        _mesh.Run(TimeSpan.FromSeconds(3));
        Assert.NotSame(store, _mesh[Receiver].Store);
        AssertEqualAndAtPeace();
    }

    public static TheoryData<string> Lies => ["no proof", "payload", "key", "sequence", "object", "stamp", "observed", "removal", "expiry", "signature", "own key", "other cluster", "other record"];

    [Theory]
    [MemberData(nameof(Lies))]
    public void What_the_origin_did_not_sign_is_held_back_and_said_and_nobody_is_kept_out(string lie)
    {
        var at = BeginLying();
        Tell(Forge(lie, at).Add(new ReplicaId(0xF00D), 0, 1, ForgedTransfer.Map, [1], s_value));
        Assert.Equal(at, Contained);
        Assert.True(_mesh[Receiver].Store.ObjectOf(ForgedTransfer.Map).Find([1]) is { Components: not null }, "what else the relay brings was not taken");
        Assert.True(_mesh.IsLinked(Relay, Receiver));
        Assert.DoesNotContain(_mesh.Reports, r => r.Kind == CoreOutputKind.HeldBack);
        _mesh.Run(TimeSpan.FromSeconds(3));
        Assert.Contains(_mesh.Reports, r => r is { By: Receiver, Kind: CoreOutputKind.HeldBack } && r.Detail!.Contains("without the signature of 'n0'", StringComparison.Ordinal));
        Assert.Equal(0, _mesh[Receiver].Quarantine.Count);

        // The truth still counts.
        _mesh.Deaf.Clear();
        _mesh.Restore(Origin, Receiver);
        _mesh.Run(TimeSpan.FromSeconds(8));
        Assert.Equal(Account(5), Find(Receiver, ForgedTransfer.Tickets)!.Payload);
        Assert.All([Origin, Relay, Receiver], i => Assert.Equal(0, _mesh[i].Quarantine.Count));
    }

    [Fact]
    public void The_truth_with_its_proof_is_taken_from_a_forged_transfer_too()
    {
        var at = BeginLying();
        Tell(Forge("", at));
        Assert.Equal(at + 1, Contained);
    }

    [Fact]
    public void A_replica_that_joins_believes_no_forged_full_state()
    {
        var at = BeginLying();
        _mesh.Deaf.Clear();
        _mesh.Restart(Receiver);
        _mesh.Cut(Origin, Receiver);
        _mesh.Cut(Relay, Receiver);
        _mesh.SendFirst(Relay, Receiver, _mesh.Hello(Relay));
        Assert.False(_mesh[Receiver].IsSynced);
        _mesh.LinkOf(Receiver, Relay)!.FullStates.Ask(PullKind.FullState);
        Tell(Forge("payload", 0, to: at + 1).Add(_mesh[Relay].Self, 0, 1, ForgedTransfer.Map, [1], s_value), DataFlags.FullState);
        Assert.Equal((0UL, 1UL), (Contained, ContainedBy(Receiver, _mesh[Relay].Self)));
        Assert.Null(_mesh[Receiver].Store.ObjectOf(ForgedTransfer.Tickets).Find(ForgedTransfer.Nil)?.Components);
        Tell(Forge("", 0, to: at + 1));
        Assert.Equal(at + 1, Contained);
    }

    [Fact]
    public void A_repair_alters_no_record_that_its_origin_signed()
    {
        BeginLying(tell: true);
        var at = Find(Receiver, ForgedTransfer.Tickets)!.Sequence;
        _mesh.LinkOf(Receiver, Relay)!.FullStates.Ask(PullKind.Repair);
        var forged = new ForgedTransfer().Add(Author, 0, Contained, ForgedTransfer.Tickets, ForgedTransfer.Nil, Account(1_000_000), at: at);
        Tell(forged, DataFlags.FullState | DataFlags.Repair);
        Assert.Equal(Account(5), Find(Receiver, ForgedTransfer.Tickets)!.Payload);

        // Nor does a record that needs no proof take its dot.
        _mesh.LinkOf(Receiver, Relay)!.FullStates.Ask(PullKind.Repair);
        Tell(new ForgedTransfer().Add(Author, 0, Contained, new ObjectIdentity("zzz", ObjectKind.Map, "int"), [1], s_value, at: at), DataFlags.FullState | DataFlags.Repair);
        Assert.Equal(Account(5), Find(Receiver, ForgedTransfer.Tickets)?.Payload);
        Assert.True(_mesh.IsLinked(Relay, Receiver));
    }

    [Fact]
    public void An_origin_that_sends_its_own_record_without_a_proof_offends()
    {
        var own = _mesh[Relay].Self;
        BeginLying();
        var at = ContainedBy(Receiver, own);
        Tell(new ForgedTransfer().Add(own, at, at + 1, ForgedTransfer.Tickets, ForgedTransfer.Nil, Account(5)));
        Assert.Equal((Receiver, Relay, LinkVerdict.Malformed), _mesh.Closed.Select(c => (c.By, c.Peer, c.Verdict)).First());
        Assert.Equal(1, _mesh[Receiver].Quarantine.Find(CoreMesh.IdentityOf(Relay))!.Offences);
    }

    [Fact]
    public void A_peer_makes_a_replica_verify_only_so_much()
    {
        var at = BeginLying();
        var proofs = _mesh[Receiver].Store.Proofs!;
        var before = proofs.Verified;
        for (var i = 0; i < 3 * ReplicaCore.ProofBurst; i++)
        {
            Tell(new ForgedTransfer().Add(Author, at, at + 1, ForgedTransfer.Tickets, ForgedTransfer.Nil, Account(i + 10), proof: Proof()));
        }

        Assert.InRange(proofs.Verified - before, ReplicaCore.ProofBurst / 2, ReplicaCore.ProofBurst + ReplicaCore.ProofsPerSecond);
        Assert.True(_mesh.IsLinked(Relay, Receiver));
    }

    [Theory]
    [InlineData(Origin)]
    [InlineData(Receiver)]
    public void One_end_may_be_of_an_earlier_version(int earlier)
    {
        var mesh = new CoreMesh(3, signs: i => i != earlier);
        mesh.Cut(Origin, Receiver);
        Write(mesh, Origin, ForgedTransfer.Tickets, Account(5));
        mesh.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(mesh[Origin].Store.Hash, mesh[Receiver].Store.Hash);
        Assert.NotNull(mesh[Receiver].Store.ObjectOf(ForgedTransfer.Tickets).Find(ForgedTransfer.Nil)?.Components);
        Assert.All([Origin, Relay, Receiver], i => Assert.Equal(0, mesh[i].Quarantine.Count));
    }

    [Fact]
    public void By_a_relay_of_an_earlier_version_nothing_unproven_comes_and_it_is_not_kept_out()
    {
        var mesh = new CoreMesh(3, signs: i => i != Relay);
        mesh.Cut(Origin, Receiver);
        Write(mesh, Origin, ForgedTransfer.Tickets, Account(5));
        mesh.Run(TimeSpan.FromSeconds(5));
        Assert.Null(mesh[Receiver].Store.ObjectOf(ForgedTransfer.Tickets).Find(ForgedTransfer.Nil)?.Components);
        Assert.True(mesh.IsLinked(Relay, Receiver));
        Assert.All([Origin, Relay, Receiver], i => Assert.Equal(0, mesh[i].Quarantine.Count));
        mesh.Restore(Origin, Receiver);
        mesh.Run(TimeSpan.FromSeconds(8));
        Assert.NotNull(mesh[Receiver].Store.ObjectOf(ForgedTransfer.Tickets).Find(ForgedTransfer.Nil)?.Components);
        Assert.Equal(mesh[Origin].Store.Hash, mesh[Receiver].Store.Hash);
    }

    /// <summary>From now on only the test speaks in the relay's name. The origin has written an account that the relay has, and the receiver has not.</summary>
    private ulong BeginLying(bool tell = false)
    {
        _mesh.Run(TimeSpan.FromSeconds(1));
        if (!tell) _mesh.Deaf.Add(Receiver);
        Write(Origin, ForgedTransfer.Tickets, Account(5));
        _mesh.Run(TimeSpan.FromSeconds(0.5));
        Assert.NotNull(Find(Relay, ForgedTransfer.Tickets));
        if (!tell) Assert.Null(Find(Receiver, ForgedTransfer.Tickets));
        _mesh.Deaf.Add(Relay);
        return Contained;
    }

    private byte[] Proof() => Encode(Find(Relay, ForgedTransfer.Tickets)!.Proof!);

    private static byte[] Encode(RecordProof proof)
    {
        var bytes = new byte[proof.EncodedBytes(withObserved: true)];
        proof.Encode(bytes, withObserved: true);
        return bytes;
    }

    private ForgedTransfer Forge(string lie, ulong at, ulong? to = null)
    {
        var record = Find(Relay, ForgedTransfer.Tickets)!;
        var (stamp, payload, proof, identity, sequence) = (record.Stamp.WallMilliseconds, Account(5), Proof(), ForgedTransfer.Tickets, to ?? at + 1);
        var key = ForgedTransfer.Nil;
        (ReplicaId, ulong)? observed = null;
        byte[]? told = payload;
        switch (lie)
        {
            case "no proof": return new ForgedTransfer().Add(Author, at, sequence, identity, key, payload, wallMilliseconds: stamp);
            case "payload": told = Account(1_000_000); break;
            case "key": (identity, key, told) = (new ObjectIdentity("tickets", ObjectKind.Reservation, "hold"), HoldKey.Of(new HoldId(Author, 1)), Reservation()); break;
            case "sequence": sequence++; break;
            case "object": identity = new ObjectIdentity("others", ObjectKind.BoundedCounter, ""); break;
            case "stamp": stamp++; break;
            case "observed": (identity, key, told, observed) = (ForgedTransfer.Members, ForgedTransfer.KeyOf(_mesh[Receiver].Self), null, (_mesh[Receiver].Self, 1)); break;
            case "removal": (identity, key, told) = (ForgedTransfer.Members, ForgedTransfer.KeyOf(_mesh[Receiver].Self), null); break;
            case "expiry": return new ForgedTransfer().Add(Author, at, sequence, identity, key, Account(4), wallMilliseconds: stamp, proof: proof);
            case "signature": proof[100] ^= 1; told = Account(3); break;
            case "own key": proof = SignedBy(_mesh.Signers[Relay]!, "c", told, sequence); break;
            case "other cluster": proof = SignedBy(_mesh.Signers[Origin]!, "d", told, sequence); break;
            case "other record": proof = Encode(Entry(Relay, Author)!.Proof!); break;
        }

        return new ForgedTransfer().Add(Author, at, sequence, identity, key, told, observed, wallMilliseconds: stamp, proof: proof);
    }

    /// <summary>What a key's holder could sign of the same record.</summary>
    private byte[] SignedBy(SimulatedSigner signer, string cluster, byte[]? payload, ulong sequence)
    {
        var store = new Store(Author) { Proofs = new RecordProofs(cluster, signer, new SimulatedVerifier()) };
        store.Vector[OriginTable.Self] = sequence - 1;
        var entry = (OpaqueEntry)store.ObjectOf(ForgedTransfer.Tickets).EntryOf(ForgedTransfer.Nil);
        entry.PendingWrite = new DetachedRecord { Payload = payload, Stamp = Find(Relay, ForgedTransfer.Tickets)!.Stamp };
        var record = store.Publish(entry)!;
        store.Proofs.Sign(store.Origins);
        return Encode(record.Proof!);
    }

    private void Tell(ForgedTransfer transfer, DataFlags flags = DataFlags.None)
    {
        var isDeaf = _mesh.Deaf.Remove(Receiver);
        _mesh.Send(Relay, Receiver, transfer.Frame(_mesh.LinkOf(Receiver, Relay)!.LastDataNumber + 1, flags));
        if (isDeaf) _mesh.Deaf.Add(Receiver);
    }

    private void Write(int index, ObjectIdentity identity, byte[] payload) => Write(_mesh, index, identity, payload);

    private static void Write(CoreMesh mesh, int index, ObjectIdentity identity, byte[] payload)
    {
        var core = mesh[index];
        var entry = (OpaqueEntry)core.Store.ObjectOf(identity).EntryOf(ForgedTransfer.Nil);
        entry.PendingWrite = new DetachedRecord { Payload = payload, Stamp = new HybridTimestamp(core.Store.MaxStamp.WallMilliseconds + 1, 0) };
        core.Publish(entry);
        mesh.Run(TimeSpan.FromSeconds(0.05));
    }

    private void Remove(int by, ReplicaId member)
    {
        var core = _mesh[by];
        var entry = (OpaqueEntry)core.Store.ObjectOf(ForgedTransfer.Members).EntryOf(ForgedTransfer.KeyOf(member));
        entry.PendingWrite = new DetachedRecord { Stamp = core.Store.MaxStamp.Next };
        core.Publish(entry);
    }

    private PeerReplica.Crdts.Record? Find(int at, ObjectIdentity identity) =>
        _mesh[at].Store.ObjectOf(identity).Find(ForgedTransfer.Nil)?.Component(_mesh[at].Store.Origins.IndexOf(Author));

    private PeerReplica.Crdts.Record? Entry(int at, ReplicaId id) =>
        _mesh[at].Store.ObjectOf(ForgedTransfer.Members).Find(ForgedTransfer.KeyOf(id))?.Component(_mesh[at].Store.Origins.IndexOf(id));

    private ulong ContainedBy(int at, ReplicaId id) => _mesh[at].Store.Origins.TryGetIndex(id, out var origin) ? _mesh[at].Store.Vector[origin] : 0;

    private void AssertEqualAndAtPeace()
    {
        Assert.Equal(_mesh[Origin].Store.Hash, _mesh[Receiver].Store.Hash);
        Assert.All([Origin, Relay, Receiver], i => Assert.Equal(0, _mesh[i].Quarantine.Count));
    }

    private static byte[] Reservation() => Encoded((ref MessagePack.MessagePackWriter o) => new ReservationRecord(ReservationState.Held, 1, default, 1, default, 1, 1, []).Encode(ref o));

    private static byte[] Account(long limit) => Encoded((ref MessagePack.MessagePackWriter o) =>
        (AccountRecord.Empty with { Down = AccountSide.Empty with { Limit = limit, LimitSince = 1 } }).Encode(ref o));

    private static byte[] Encode(ConsensusRecord record) => Encoded((ref MessagePack.MessagePackWriter o) => record.Encode(ref o));

    private delegate void Writing(ref MessagePack.MessagePackWriter output);

    private static byte[] Encoded(Writing write)
    {
        var buffer = new FrameBuffer();
        var output = new MessagePack.MessagePackWriter(buffer);
        write(ref output);
        output.Flush();
        return buffer.Written.ToArray();
    }
}
