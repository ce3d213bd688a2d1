using MessagePack;
using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Replication;
using PeerReplica.Testing;
using PeerReplica.Wire;

namespace PeerReplica.Simulation;

/// <summary>
/// Two honest replicas lose their link, and the liar speaks for one of them to the other: records that only it may write, with no proof, a
/// proof by the liar's own key, the proof of something else, or that of
/// the record that it alters. The liar's own replica passes on what is so meanwhile.
/// </summary>
internal sealed class RelayedLies(SimulatedCluster cluster, SimulatedReplica machine, Random random, LieCounts told)
{
    private readonly SimulatedSigner _signer = new((UInt128)(ulong)random.NextInt64());

    private SimulatedRun Run => machine.Run!;

    /// <summary>Tells lies for a while.</summary>
    /// <param name="afterEach">What happens after each.</param>
    public void Tell(Action afterEach)
    {
        var honest = cluster.Running.Where(r => r != Run).ToArray();
        random.Shuffle(honest);
        var (listener, other) = (honest[0], honest[1]);
        cluster.Network.Cut(listener.Machine, other.Machine);
        cluster.RunUntil(() => LinkOf(listener, other) is null && LinkOf(other, listener) is null);
        var end = cluster.Now + TimeSpan.FromSeconds(1 + random.NextDouble());
        while (cluster.Now < end)
        {
            cluster.RunFor(TimeSpan.FromMilliseconds(random.Next(30)));
            var lie = (Lie)random.Next((int)Lie.RelayedMember, (int)Lie.RelayedDecision + 1);
            if (IsTold(lie, listener, other)) told.Add(lie, listener);
            afterEach();
            MustHoldItsOwnDecisions(listener, other);
        }

        cluster.Network.Restore(listener.Machine, other.Machine);
    }

    private bool IsTold(Lie lie, SimulatedRun listener, SimulatedRun other)
    {
        var view = listener.Node.Host.Core.Escrow.View;
        var tickets = new EscrowName(ObjectKind.BoundedCounter, "tickets");
        var at = ContainedOf(listener, other);
        if (lie == Lie.RelayedAccount && Unheard(other, at) is { } unheard)
        {
            var altered = Encoded((ref MessagePackWriter o) => AccountOf(view.AccountOf(tickets, other.Id), listener, at).Encode(ref o));
            return Transfer(listener, new ForgedTransfer().Add(
                other.Id, at, unheard.Sequence, ForgedTransfer.Tickets, ForgedTransfer.Nil, altered, wallMilliseconds: unheard.Stamp.WallMilliseconds,
                counter: unheard.Stamp.Counter, proof: Encoded(unheard.Proof!)));
        }

        var (identity, key, payload) = lie switch
        {
            Lie.RelayedMember => (ForgedTransfer.Members, ForgedTransfer.KeyOf(other.Id), MembersObject.Encode(other.Machine.NodeName, "10.6.6.6:6", [])),
            Lie.RelayedAccount => (ForgedTransfer.Tickets, ForgedTransfer.Nil, Encoded((ref MessagePackWriter o) => AccountOf(view.AccountOf(tickets, other.Id), listener, at).Encode(ref o))),
            Lie.RelayedCouncilRecord => (ForgedTransfer.Consensus, ForgedTransfer.Nil, Encoded((ref MessagePackWriter o) =>
                ((view.ConsensusRecordOf(other.Id) ?? new ConsensusRecord { NodeName = other.Machine.NodeName }) with { Acks = [new Mark(listener.Id, 1UL << 40)] }).Encode(ref o))),
            _ => Decision(view.BootstrapId, view.Slot, other.Id),
        };
        var wall = StoreOf(listener).MaxStamp.WallMilliseconds + 1;
        var proof = random.Next(3) switch
        {
            0 => null,
            1 => OwnProof(other.Id, at + 1, identity, key, payload, wall),
            _ => OthersProof(other.Id),
        };
        return Transfer(listener, new ForgedTransfer().Add(other.Id, at, at + 1, identity, key, payload, wallMilliseconds: wall, proof: proof));
    }

    /// <summary>The other's account that the liar has and the listener has not, if there is one.</summary>
    private Crdts.Record? Unheard(SimulatedRun other, ulong contained)
    {
        if (!StoreOf(Run).Origins.TryGetIndex(other.Id, out var origin)) return null;
        return StoreOf(Run).ObjectOf(ForgedTransfer.Tickets).Find(ForgedTransfer.Nil)?.Component(origin) is { Proof: not null } record && record.Sequence > contained ? record : null;
    }

    private static AccountRecord AccountOf(AccountRecord account, SimulatedRun listener, ulong at) => account with
    {
        Down = account.Down with { Limit = 1_000_000, LimitSince = at, Transfers = [.. account.Down.Transfers.Where(g => g.To != listener.Id), new RightsTransfer(listener.Id, 1_000_000, at)] },
    };

    private static (ObjectIdentity Identity, byte[] Key, byte[] Payload) Decision(ReplicaId bootstrapId, ulong slot, ReplicaId voter)
    {
        var key = Encoded((ref MessagePackWriter o) =>
        {
            o.WriteArrayHeader(2);
            o.WriteReplicaId(bootstrapId);
            o.WriteUInt(slot);
        });
        return (ForgedTransfer.Decisions, key, EscrowCodec.Encode(new Decision { BootstrapId = bootstrapId, Voters = [voter] }).Written.ToArray());
    }

    /// <summary>The listener may know of no decision by the other one that the other does not have.</summary>
    private void MustHoldItsOwnDecisions(SimulatedRun listener, SimulatedRun other)
    {
        if (!StoreOf(listener).Origins.TryGetIndex(other.Id, out var origin)) return;
        foreach (var entry in ((OpaqueObject)StoreOf(listener).ObjectOf(ForgedTransfer.Decisions)).Entries)
        {
            if (entry.Component(origin) is not { } record) continue;
            var own = StoreOf(other).ObjectOf(ForgedTransfer.Decisions).Find(entry.Key)?.Component(Causality.OriginTable.Self);
            if (own?.Hash != record.Hash)
                throw new SimulationException($"{listener.Machine.NodeName} has a decision that {other.Machine.NodeName} never wrote", cluster.Seed, cluster.Now);
        }
    }

    /// <summary>What the liar's key can sign of another's record.</summary>
    private byte[] OwnProof(ReplicaId origin, ulong sequence, ObjectIdentity identity, byte[] key, byte[] payload, long wall)
    {
        var store = new Store(origin) { Proofs = new RecordProofs("default", _signer, new SimulatedVerifier()) };
        store.Vector[Causality.OriginTable.Self] = sequence - 1;
        var entry = (OpaqueEntry)store.ObjectOf(identity).EntryOf(key);
        entry.PendingWrite = new DetachedRecord { Payload = payload, Stamp = new Causality.HybridTimestamp(wall, 0) };
        var record = store.Publish(entry)!;
        store.Proofs.Sign(store.Origins);
        return Encoded(record.Proof!);
    }

    /// <summary>The proof of a record that the origin did write.</summary>
    private byte[]? OthersProof(ReplicaId origin)
    {
        var store = StoreOf(Run);
        if (!store.Origins.TryGetIndex(origin, out var index)) return null;
        var proofs = new List<RecordProof>();
        for (var record = store.Log(index).Head; record is not null; record = record.LogNext)
        {
            if (record.Proof is { } proof) proofs.Add(proof);
        }

        return proofs.Count == 0 ? null : Encoded(proofs[random.Next(proofs.Count)]);
    }

    private bool Transfer(SimulatedRun listener, ForgedTransfer transfer)
    {
        if (LinkOf(Run, listener) is not { Transfer: null, HasRoom: true } link || LinkOf(listener, Run) is null) return false;
        var frame = transfer.Frame(link.Window.LastSent + 1);
        var connection = cluster.Network.Connections.LastOrDefault(c => !c.IsClosed && c.Owner == Run && c.Peer == listener);
        if (connection is null || !connection.TrySend(frame)) return false;
        link.Window.Send(frame.Length);
        link.StartFresh = true;
        return true;
    }

    private static Link? LinkOf(SimulatedRun of, SimulatedRun with) => of.Node.Host.Core.Links.FirstOrDefault(l => l.IsOpen && l.Peer!.Id == with.Id);

    private static Store StoreOf(SimulatedRun run) => run.Node.Host.Core.Store;

    private static ulong ContainedOf(SimulatedRun at, SimulatedRun of) =>
        StoreOf(at).Origins.TryGetIndex(of.Id, out var origin) ? StoreOf(at).Vector[origin] : 0;

    private static byte[] Encoded(RecordProof proof)
    {
        var bytes = new byte[proof.EncodedBytes(withObserved: true)];
        proof.Encode(bytes, withObserved: true);
        return bytes;
    }

    private delegate void Writing(ref MessagePackWriter output);

    private static byte[] Encoded(Writing write) => ForgedTransfer.Written(f =>
    {
        var output = new MessagePackWriter(f);
        write(ref output);
        output.Flush();
    });
}
