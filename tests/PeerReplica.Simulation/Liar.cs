using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Replication;
using PeerReplica.Testing;
using PeerReplica.Wire;

namespace PeerReplica.Simulation;

/// <summary>
/// A replica with a valid identity that tells its peers what is not so, besides what an honest replica would say. It knows what
/// all others know. In a replica's name it lies to those that are linked with that replica: to others nobody can deny it.
/// </summary>
internal sealed partial class Liar(SimulatedCluster cluster, SimulatedReplica machine, Random random)
{
    private const int MaxInvented = 3;

    /// <summary>Each makes every replica ask every other for full states; too many would end links between the honest.</summary>
    private const int MaxFloors = 6;
    private static readonly ObjectIdentity s_gossip = new("gossip", ObjectKind.Map, "int");
    private readonly EscrowName _tickets = new(ObjectKind.BoundedCounter, "tickets");
    private int _invented;
    private int _floors;

    public LieCounts Told { get; } = new();

    private SimulatedRun Run => machine.Run!;

    private ReplicaCore Core => Run.Node.Host.Core;

    /// <summary>Tells one lie, if somebody is there to hear it.</summary>
    /// <param name="isLate">Whether also those are told after which the liar is not listened to for long.</param>
    public void Tell(bool isLate)
    {
        var honest = cluster.Running.Where(r => r != Run && r.Node.Host.IsStarted).ToArray();
        if (honest.Length < 2 || !Run.Node.Host.IsStarted) return;
        var listener = honest[random.Next(honest.Length)];
        var other = honest.Where(r => r != listener).ElementAt(random.Next(honest.Length - 1));
        var lie = random.Next(12) switch
        {
            0 or 1 => Lie.Account,
            2 => Lie.ConsensusRecord,
            3 => Lie.Change,
            4 => random.Next(4) == 0 ? Lie.InventedReplica : Lie.Vector,
            5 or 6 => IsAsked(listener, DataFlags.FullState) ? Lie.FullState : Lie.Floor,
            7 or 8 => IsAsked(listener, DataFlags.FullState | DataFlags.Repair) ? Lie.Repair : Lie.ContentHash,
            9 => Lie.Row,
            10 => Lie.End,
            _ => isLate ? (Lie)random.Next((int)Lie.RemovedMember, (int)Lie.OtherNode + 1) : Lie.RemovedMember,
        };
        if (IsTold(lie, listener, other)) Told.Add(lie, listener);
    }

    private bool IsTold(Lie lie, SimulatedRun listener, SimulatedRun other) => lie switch
    {
        Lie.Account => InName(listener, other, _tickets.Name, to => Encode(AccountOf(listener, other, to))),
        Lie.ConsensusRecord => InName(listener, other, "$council", _ => Encode(ConsensusRecordOf(listener, other))),
        Lie.Change => Forged(listener, other, (t, at) => t.Add(other.Id, at, at + 1, s_gossip, [1], [7])),
        Lie.End => Say(listener, r => r with { Ended = [.. r.Ended.Where(e => e != other.Id), other.Id] }),
        Lie.InventedReplica => Invent(listener),
        Lie.Floor => _floors < MaxFloors && Send(listener, ClaimFloor()) && ++_floors > 0,
        Lie.FullState => LackingFullState(listener, other),
        Lie.ContentHash => LinkWith(listener) is { } link && Send(listener, Written(f => MessageWriter.Write(f, new Heartbeat(
            link.Window.LastSent, ContentHash.OfVector(StoreOf(listener).Vector, StoreOf(listener).Origins), (ulong)random.NextInt64(), 0, default)))),
        Lie.Repair => AlteringRepair(listener, other),
        Lie.Vector => Send(listener, Written(f => MessageWriter.WriteAcknowledge(f, 0, Only(other, 1UL << 40, out var origins), origins, OriginRange.All))),
        Lie.Row => Send(listener, Written(f => MessageWriter.WriteRow(f, other.Id, Only(other, 1UL << 40, out var origins), origins, OriginRange.All))),
        Lie.RemovedMember => Remove(other, isInAdvance: false),
        Lie.RemovalInAdvance => Remove(other, isInAdvance: true),
        Lie.MemberEntry => Forged(listener, other, (t, _) => t.Add(
            AnyId(), 0, 1, ForgedTransfer.Members, ForgedTransfer.KeyOf(other.Id), MembersObject.Encode(other.Machine.NodeName, "10.6.6.6:6", []),
            wallMilliseconds: StoreOf(listener).MaxStamp.WallMilliseconds + 1)),
        _ => Say(listener, r => r with { NodeName = other.Machine.NodeName }),
    };

    /// <summary>A record of another replica, told to all that are linked with it, so that a quorum could believe it.</summary>
    private bool InName(SimulatedRun listener, SimulatedRun other, string name, Func<ulong, byte[]> payload)
    {
        var kind = name == "$council" ? ObjectKind.Consensus : ObjectKind.BoundedCounter;
        var to = cluster.Running.Where(r => r != Run && r != other).Max(r => ContainedOf(r, other)) + 1 + (ulong)random.Next(2);
        var told = payload(to);
        var isTold = false;
        foreach (var run in cluster.Running.Where(r => r != Run && r != other).ToArray())
        {
            var hears = Forged(run, other, (t, at) => t.Add(other.Id, at, to, new ObjectIdentity(name, kind, ""), ForgedTransfer.Nil, told));
            isTold |= hears && run == listener;
        }

        return isTold;
    }

    private AccountRecord AccountOf(SimulatedRun listener, SimulatedRun other, ulong at)
    {
        var account = listener.Node.Host.Core.Escrow.View.AccountOf(_tickets, other.Id);
        var transfers = account.Down.Transfers.Where(g => g.To != listener.Id).Append(new RightsTransfer(listener.Id, 1_000_000, at));
        return account with { Down = account.Down with { Limit = 1_000_000, LimitSince = at, Transfers = [.. transfers] } };
    }

    private static ConsensusRecord ConsensusRecordOf(SimulatedRun listener, SimulatedRun other)
    {
        var record = listener.Node.Host.Core.Escrow.View.ConsensusRecordOf(other.Id) ?? new ConsensusRecord { NodeName = other.Machine.NodeName };
        return record with { Acks = [.. record.Acks.Where(a => a.Replica != listener.Id), new Mark(listener.Id, 1UL << 40)] };
    }

    private bool Invent(SimulatedRun listener)
    {
        if (_invented >= MaxInvented) return false;
        var id = AnyId();
        var bootstrapId = listener.Node.Host.Core.Escrow.View.BootstrapId;
        var consensus = new ConsensusRecord { NodeName = "nobody", Address = "nobody:7400", BootstrapId = bootstrapId, Slot = listener.Node.Host.Core.Escrow.View.Slot };
        var transfer = new ForgedTransfer()
            .Add(id, 0, 1, ForgedTransfer.Members, ForgedTransfer.KeyOf(id), MembersObject.Encode("nobody", "nobody:7400", []));
        if (!Transfer(listener, transfer) || !Transfer(listener, new ForgedTransfer().Add(id, 1, 2, ForgedTransfer.Consensus, ForgedTransfer.Nil, Encode(consensus)))) return false;
        _invented++;
        var rows = 0;
        Repeat();
        return true;

        // News of it, so that it seems to be in reach.
        void Repeat()
        {
            if (++rows > 100 || machine.Run is null) return;
            foreach (var run in cluster.Running.Where(r => r != Run).ToArray())
                Send(run, Written(f => MessageWriter.WriteRow(f, id, new VersionVector(), new OriginTable(id), OriginRange.All)));
            cluster.After(TimeSpan.FromMilliseconds(300), Repeat);
        }
    }

    private byte[] ClaimFloor()
    {
        var origins = new OriginTable(AnyId());
        var (vector, floor) = (new VersionVector(), new VersionVector());
        (vector[OriginTable.Self], floor[OriginTable.Self]) = (10, 10);
        var store = StoreOf(Run);
        for (var origin = 0; origin < store.Origins.Count; origin++) vector[origins.IndexOf(store.Origins[origin])] = store.Vector[origin];
        return Written(f => MessageWriter.WriteStatus(f, vector, floor, origins, OriginRange.All, StatusFlags.None));
    }

    private bool LackingFullState(SimulatedRun listener, SimulatedRun other)
    {
        var at = ContainedOf(listener, other);
        var claimed = LinkOf(listener, Run)!.PeerFloor;
        var floor = new List<(ReplicaId, ulong)> { (other.Id, at) };
        for (var origin = 0; origin < StoreOf(listener).Origins.Count; origin++)
        {
            var id = StoreOf(listener).Origins[origin];
            if (claimed[origin] > 0 && id != other.Id && id != listener.Id) floor.Add((id, claimed[origin]));
        }

        var transfer = new ForgedTransfer([.. floor]);
        foreach (var (id, sequence) in floor) transfer.Add(id, 0, sequence);
        return IsDenied(listener, other) && Transfer(listener, transfer, DataFlags.FullState);
    }

    private bool AlteringRepair(SimulatedRun listener, SimulatedRun other)
    {
        var at = ContainedOf(listener, other);
        if (Account(listener, other) is not { } record) return false;
        var told = Encode(AccountOf(listener, other, record.Sequence));
        return IsDenied(listener, other) && Transfer(
            listener, new ForgedTransfer((other.Id, at)).Add(other.Id, 0, at, ForgedTransfer.Tickets, ForgedTransfer.Nil, told, at: record.Sequence), DataFlags.FullState | DataFlags.Repair);
    }

    private static Crdts.Record? Account(SimulatedRun at, SimulatedRun of) => StoreOf(at).Origins.TryGetIndex(of.Id, out var origin)
        ? StoreOf(at).ObjectOf(ForgedTransfer.Tickets).Find(ForgedTransfer.Nil)?.Component(origin) : null;

    /// <summary>In its own name, as its own change.</summary>
    private bool Say(SimulatedRun listener, Func<ConsensusRecord, ConsensusRecord> change)
    {
        if (LinkWith(listener) is null) return false;

        // The liar does not believe itself: else it would propose what follows, and a voter that lies decides what it likes.
        Core.Escrow.View.AdmitsEnd = static (_, _) => false;
        Core.Escrow.AccountConsensus.UpdateOwn(change);
        Core.EscrowIsDue();
        return true;
    }

    private bool Remove(SimulatedRun other, bool isInAdvance)
    {
        var entry = (OpaqueEntry)Core.Store.ObjectOf(ForgedTransfer.Members).EntryOf(ForgedTransfer.KeyOf(other.Id));
        if (entry.Components is null) return false;
        entry.PendingWrite = new DetachedRecord { Stamp = Core.Store.MaxStamp.Next };
        if (Core.Store.Publish(entry) is not { } record) return false;
        if (isInAdvance) record.Observed = [new Dot(Core.Store.Origins.IndexOf(other.Id), 1UL << 40)];
        return true;
    }

    private bool Forged(SimulatedRun listener, SimulatedRun other, Action<ForgedTransfer, ulong> write)
    {
        if (!IsDenied(listener, other)) return false;
        var transfer = new ForgedTransfer();
        write(transfer, ContainedOf(listener, other));
        return Transfer(listener, transfer);
    }

    /// <summary>Whether the listener has the word of the replica itself, and has joined.</summary>
    private static bool IsDenied(SimulatedRun listener, SimulatedRun other) =>
        listener.Node.Host.Core.IsSynced && LinkOf(listener, other) is { StatusReceived: true } && LinkOf(other, listener) is not null;

    /// <summary>A transfer as the liar's own replica would send it.</summary>
    private bool Transfer(SimulatedRun listener, ForgedTransfer transfer, DataFlags flags = DataFlags.None)
    {
        if (LinkWith(listener) is not { Transfer: null, HasRoom: true } link || LinkOf(listener, Run) is null) return false;
        var frame = transfer.Frame(link.Window.LastSent + 1, flags);
        if (!Send(listener, frame)) return false;
        link.Window.Send(frame.Length);
        link.StartFresh = true;
        return true;
    }

    private bool Send(SimulatedRun listener, byte[] frame)
    {
        var connection = cluster.Network.Connections.LastOrDefault(c => !c.IsClosed && c.Owner == Run && c.Peer == listener);
        return connection is not null && LinkWith(listener) is not null && connection.TrySend(frame);
    }

    private bool IsAsked(SimulatedRun listener, DataFlags flags) => LinkOf(listener, Run) is { } link && link.FullStates.IsOpen(flags);

    private Link? LinkWith(SimulatedRun listener) => LinkOf(Run, listener);

    private static Link? LinkOf(SimulatedRun of, SimulatedRun with) => of.Node.Host.Core.Links.FirstOrDefault(l => l.IsOpen && l.Peer!.Id == with.Id);

    private static Store StoreOf(SimulatedRun run) => run.Node.Host.Core.Store;

    private static ulong ContainedOf(SimulatedRun at, SimulatedRun of) =>
        StoreOf(at).Origins.TryGetIndex(of.Id, out var origin) ? StoreOf(at).Vector[origin] : 0;

    private static VersionVector Only(SimulatedRun of, ulong sequence, out OriginTable origins)
    {
        origins = new OriginTable(of.Id);
        return new VersionVector { [OriginTable.Self] = sequence };
    }

    private ReplicaId AnyId() => new((UInt128)(ulong)random.NextInt64());

    private static byte[] Written(Action<FrameBuffer> write) => ForgedTransfer.Written(write);

    private static byte[] Encode(AccountRecord record)
    {
        var buffer = new FrameBuffer();
        var output = new MessagePackWriter(buffer);
        record.Encode(ref output);
        output.Flush();
        return buffer.Written.ToArray();
    }

    private static byte[] Encode(ConsensusRecord record)
    {
        var buffer = new FrameBuffer();
        var output = new MessagePackWriter(buffer);
        record.Encode(ref output);
        output.Flush();
        return buffer.Written.ToArray();
    }
}
