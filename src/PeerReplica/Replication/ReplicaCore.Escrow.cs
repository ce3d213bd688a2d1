using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>The escrow: what it hears of others, whom it can reach, when it is its turn.</summary>
internal sealed partial class ReplicaCore : IEscrowPublisher
{
    private readonly PerReplicaObject _consensus = new("$council", ObjectKind.Consensus);
    private readonly DecisionsObject _decisions = new();
    private readonly Dictionary<Account, EscrowObject> _escrowObjects = [];
    private readonly SortedSet<ReplicaId> _reachable = [];
    private readonly List<ReplicaId> _reachableNow = [];
    private readonly Liveness _liveness;
    private readonly HashSet<Entry> _reservationsChanged = [];
    private readonly List<Entry> _reservationsToLearn = [];
    private bool _isApplying;
    private long _followedAt = -1;
    private Instant _nextEnds;
    private bool _isEscrowDue;
    private Instant _businessSince = Instant.Never;
    private Instant _nextProposal;
    private ulong _businessSlot;

    public EscrowEngine Escrow { get; }

    /// <summary>Opens this replica's account of an object. Before the start.</summary>
    public void Open(EscrowObject replicated)
    {
        if (!Escrow.IsActive) Escrow.Introduce(_options.NodeName, _options.Address);
        replicated.Engine = Escrow;
        replicated.Account = Escrow.Open(replicated.Port);
        _escrowObjects.Add(replicated.Account, replicated);
        _isEscrowDue = true;
    }

    /// <summary>Something was taken, missed or asked for: the escrow looks at it in this step.</summary>
    public void EscrowIsDue() => _isEscrowDue = true;

    /// <summary>Nobody wishes any more that a replica be forgotten.</summary>
    public void WithdrawForget(ReplicaId replica)
    {
        Escrow.WithdrawClosing(replica);
        _isEscrowDue = true;
    }

    /// <summary>
    /// Whether a replica that leaves need not wait any longer to hand over its rights: they are handed over, or nobody is left who could take them. Who leaves as well cannot, nor can a
    /// member out of reach.
    /// </summary>
    public bool IsHandedOver => Escrow.IsHandedOver || !HasSuccessor();

    /// <summary>This replica's last word to the account consensus.</summary>
    public void Retire(Instant now)
    {
        _now = now;
        Escrow.Retire(this);
    }

    void IEscrowPublisher.Publish(ConsensusRecord record)
    {
        var payload = new FrameBuffer();
        var output = new MessagePackWriter(payload);
        record.Encode(ref output);
        output.Flush();
        Write(_consensus.Only, payload);
        Escrow.View.Learn(Self, record);
    }

    void IEscrowPublisher.Publish(ulong slot, Decision decision)
    {
        var entry = _decisions.EntryOf(decision.BootstrapId, slot);
        if (Escrow.View.ChecksVotes ? entry.Component(OriginTable.Self) is not null : entry.Components is not null) return;
        Write(entry, EscrowCodec.Encode(decision));
    }

    void IEscrowPublisher.Publish(EscrowName name, byte[] key, ReservationRecord record, Instant expiresAt)
    {
        var payload = new FrameBuffer();
        var output = new MessagePackWriter(payload);
        record.Encode(ref output);
        output.Flush();
        var entry = (OpaqueEntry)Store.ObjectOf(ReservationsIdentity(name)).EntryOf(key);
        entry.PendingWrite = new DetachedRecord { Payload = payload.Written.ToArray(), Stamp = Store.MaxStamp.Next, ExpiresAt = expiresAt };
        Publish(entry);
    }

    void IEscrowPublisher.Remove(EscrowName name, byte[] key)
    {
        var entry = (OpaqueEntry)Store.ObjectOf(ReservationsIdentity(name)).EntryOf(key);
        entry.PendingWrite = new DetachedRecord { Stamp = Store.MaxStamp.Next };
        Publish(entry);
    }

    /// <summary>A full state lacks a record that was here: what was decided about a hold was removed while this replica was away.</summary>
    private void OnRecordSwept(Entry entry)
    {
        if (entry.Object.Kind != ObjectKind.Reservation) return;
        LearnReservationsOf(entry);
        _isEscrowDue = true;
    }

    /// <summary>Learns an entry's reservations; while a transfer is applied, once at its end, however many of them it changes.</summary>
    private void LearnReservationsOf(Entry entry)
    {
        if (!_isApplying) LearnReservations(entry);
        else if (_reservationsChanged.Add(entry)) _reservationsToLearn.Add(entry);
    }

    private int ApplyToStore(DataFlags flags, ReadOnlySpan<byte> body, DeltaReaderState reader)
    {
        _isApplying = true;
        var applied = Store.ApplyTransfer(body, flags, reader, _now, _advanced);
        _isApplying = false;
        foreach (var entry in _reservationsToLearn) LearnReservations(entry);
        _reservationsToLearn.Clear();
        _reservationsChanged.Clear();
        return applied;
    }

    /// <summary>The object that holds what was decided about another's reservations.</summary>
    private static ObjectIdentity ReservationsIdentity(EscrowName name) => new(name.Name, ObjectKind.Reservation, name.Kind == ObjectKind.Pool ? "item" : "hold");

    private void LearnReservations(Entry entry)
    {
        var live = new List<Reservation>();
        for (var record = entry.Components; record is not null; record = record.NextComponent)
        {
            if (record.IsLive && ReservationRecord.Decode(record.Payload) is { } reservation) live.Add(new Reservation(Store.Origins[record.Origin], record.Sequence, reservation, record.ExpiresAt));
        }

        var identity = entry.Object;
        var kind = identity.KeyEncoding == "item" ? ObjectKind.Pool : ObjectKind.BoundedCounter;
        Escrow.View.Learn(new EscrowName(kind, identity.Name), ((OpaqueEntry)entry).Key, [.. live.OrderBy(c => c.Origin)]);
    }

    void IEscrowPublisher.Publish(Account account) => Publish(_escrowObjects[account].AccountEntry);

    private void Write(OpaqueEntry entry, FrameBuffer payload)
    {
        entry.PendingWrite = new DetachedRecord { Payload = payload.Written.ToArray(), Stamp = Store.MaxStamp.Next };
        Publish(entry);
    }

    /// <summary>A record of the escrow's came to be here, from elsewhere or from this replica.</summary>
    private void OnRecordAdded(Record record)
    {
        var identity = record.Parent.Object;
        var origin = Store.Origins[record.Origin];
        switch (identity.Kind)
        {
            case ObjectKind.Consensus when record.Origin != OriginTable.Self && ConsensusRecord.Decode(record.Payload) is { } consensus:
                CompareVotes(origin, consensus);
                Escrow.View.Learn(origin, consensus);
                break;
            case ObjectKind.BoundedCounter or ObjectKind.Pool when AccountRecord.Decode(record.Payload) is { } account:
                Escrow.View.Learn(origin, new EscrowName(identity.Kind, identity.Name), account);
                break;
            case ObjectKind.Decisions:
                LearnDecision(record);
                break;
            case ObjectKind.Reservation:
                LearnReservationsOf(record.Parent);
                break;
            case ObjectKind.Expulsions:
                OnDecision(record);
                return;
            default:
                return;
        }

        _isEscrowDue = true;
    }

    private void LearnDecision(Record record)
    {
        var reader = new SpanReader(record.Payload);
        if (!DecisionsObject.TryRead(((OpaqueEntry)record.Parent).Key, out _, out var slot) || !reader.TryReadDecision(out var decision) || decision is null) return;
        Escrow.View.Learn(slot, decision, Store.Origins[record.Origin]);
    }

    private void TendEscrow()
    {
        var changed = Escrow.View.HasDoubtedEnds && ReconsiderEnds();
        if (!Escrow.IsActive) return;
        changed |= NoteReachable();
        GiveUpTheSilent();
        if ((_businessSince != Instant.Never && _now >= _nextProposal) || _now >= Escrow.NextExpiry) _isEscrowDue = true;
        if (_isLeaving && !Escrow.IsLeaving)
        {
            Escrow.Leave();
            _isEscrowDue = true;
        }

        if (!_isEscrowDue && !changed && Escrow.View.IsFormed)
        {
            WakeAt(Escrow.NextExpiry);
            if (_businessSince != Instant.Never) WakeAt(_nextProposal);
            return;
        }

        _isEscrowDue = false;
        var inputs = new ConsensusInputs
        {
            MayPropose = MayPropose(),
            Ready = ReadyToForm(out var isAgreed),
            IsAgreed = isAgreed,
            Reachable = _reachable,
            Known = OnePerIdentity(),
        };
        Escrow.Tend(inputs, _now, this);
        NoteBusiness();
        WakeAt(Escrow.NextExpiry);
    }

    /// <summary>Once in a heartbeat interval, since whose word counts depends on who is linked and was heard of.</summary>
    private bool ReconsiderEnds()
    {
        var isDue = _now >= _nextEnds;
        if (isDue) _nextEnds = _now + _options.HeartbeatInterval;
        WakeAt(_nextEnds);
        return isDue && Escrow.View.ReconsiderEnds();
    }

    /// <summary>
    /// Says of whom nothing was heard for <see cref="CoreOptions.ForgetAfter"/> and <see cref="CoreOptions.PeerTimeout"/> more. By then it was removed from the list of members, by this
    /// replica at the latest; one that is alive and can be reached by any way has learned of that within the second time, and has put itself back, which is heard of.
    /// </summary>
    private void GiveUpTheSilent()
    {
        if (!Escrow.View.IsFormed) return;
        if (_followedAt != Escrow.View.ParticipantsVersion)
        {
            _followedAt = Escrow.View.ParticipantsVersion;
            _liveness.Follow(Escrow.View.Participants, _now);
        }

        if (_now >= _liveness.Next)
        {
            foreach (var id in _liveness.Overdue(IsLinked, _now)) _isEscrowDue |= Escrow.GiveUp(id);
        }

        WakeAt(_liveness.Next);
    }

    private void HeardOf(ReplicaId id)
    {
        _liveness.Heard(id, _now);
        _isEscrowDue |= Escrow.TakeBack(id);
    }

    /// <summary>Whom it can reach: directly, or through others as it heard of late.</summary>
    private bool NoteReachable()
    {
        _reachableNow.Clear();
        foreach (var member in _memberTable.InOrder())
        {
            if (IsPresent(member.Id, _now)) _reachableNow.Add(member.Id);
        }

        foreach (var link in _links.InOrder())
        {
            if (link.IsOpen && !IsPresent(link.Peer!.Id, _now)) _reachableNow.Add(link.Peer.Id);
        }

        if (IsAsBefore()) return false;
        _reachable.Clear();
        _reachable.UnionWith(_reachableNow);
        foreach (var id in _reachable) Escrow.TakeBack(id);
        return true;
    }

    private bool HasSuccessor()
    {
        foreach (var link in _links.InOrder())
        {
            if (link.IsOpen && Escrow.MayInherit(link.Peer!.Id)) return true;
        }

        foreach (var member in _memberTable.InOrder())
        {
            if (IsPresent(member.Id, _now) && Escrow.MayInherit(member.Id)) return true;
        }

        return false;
    }

    private bool IsAsBefore()
    {
        if (_reachable.Count != _reachableNow.Count) return false;
        foreach (var id in _reachableNow)
        {
            if (!_reachable.Contains(id)) return false;
        }

        return true;
    }

    /// <summary>
    /// The first of the voters that can be reached proposes; the others when that comes to nothing for long. So two seldom stand in each other's way.
    /// </summary>
    private bool MayPropose()
    {
        if (_now < _nextProposal) return false;
        var rank = 0;
        foreach (var voter in Escrow.View.Voters)
        {
            if (voter == Self) break;
            if (!Escrow.View.IsEnded(voter) && _reachable.Contains(voter)) rank++;
        }

        if (rank > 0 && (_businessSince == Instant.Never || _now < _businessSince + (_options.PeerTimeout * rank))) return false;
        _nextProposal = _now + (_options.RelayAfter * 4 * (rank + 1));
        return true;
    }

    private void NoteBusiness()
    {
        if (!Escrow.HasUnfinishedBusiness)
        {
            _businessSince = Instant.Never;
            return;
        }

        if (_businessSince == Instant.Never || _businessSlot != Escrow.View.Slot) (_businessSince, _businessSlot) = (_now, Escrow.View.Slot);
        WakeAt(Instant.Max(_nextProposal, _now + _options.RelayAfter));
    }

    /// <summary>
    /// Who could form the cluster now. With an expected size: that many, of as many names, all of them linked with this replica; since all must agree, and a
    /// replica agrees once, it is formed once. Without: the first of those that found nobody who has formed it.
    /// </summary>
    private ReplicaId[] ReadyToForm(out bool isAgreed)
    {
        isAgreed = true;
        if (Escrow.View.IsFormed || _isLeaving || !IsSynced) return [];
        var names = new Dictionary<string, ReplicaId>(StringComparer.Ordinal) { [_options.NodeName] = Self };
        foreach (var link in _links.InOrder())
        {
            if (!link.IsOpen || Escrow.View.ConsensusRecordOf(link.Peer!.Id) is not { Slot: 0 } record || Escrow.View.IsEnded(link.Peer.Id)) continue;
            names.TryAdd(record.NodeName, link.Peer.Id);
        }

        ReplicaId[] ready = [.. names.Values.Order()];
        if (_options.ExpectedReplicas > 0) return ready.Length >= _options.ExpectedReplicas ? ready[.._options.ExpectedReplicas] : [];
        foreach (var link in _links.InOrder())
        {
            if (link.IsOpen && (!link.StatusReceived || !Store.Vector.Dominates(link.Known))) return [];
        }

        return [First(ready, out isAgreed)];
    }

    /// <summary>The smallest id of those linked and of those that they name. Who names this replica, and is named by all, forms the cluster.</summary>
    private ReplicaId First(ReplicaId[] ready, out bool isAgreed)
    {
        var first = ready[0];
        isAgreed = true;
        foreach (var id in ready)
        {
            if (id == Self || Escrow.View.ConsensusRecordOf(id) is not { } record) continue;
            if (record.Ready is [var named] && named < first) first = named;
            isAgreed &= record.Ready is [var only] && only == Self;
        }

        return first;
    }
}
