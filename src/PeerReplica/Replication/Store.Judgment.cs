using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>Looking a whole transfer through before anything of it is applied.</summary>
internal sealed partial class Store
{
    private const int MaxEscrowBytes = 16 << 20;

    /// <summary>The keys of members, holds and decisions are some 50 bytes long; an item of a pool is limited where it is registered.</summary>
    private const int MaxOwnKeyBytes = 1_024;

    /// <summary>A member's entry: a node name of 128 characters and four addresses. A reservation names requests, some 30 bytes for each.</summary>
    private const int MaxOwnValueBytes = 64 << 10;

    private readonly Dictionary<ReplicaId, ulong> _claimed = [];
    private readonly HashSet<(ReplicaId Origin, ulong Sequence)> _keptDots = [];
    private int _newDecisions;

    /// <summary>The origins of the transfer that are not known here and taken, and how many those may be.</summary>
    private readonly HashSet<ReplicaId> _newOrigins = [];
    private int _roomForOrigins;

    /// <summary>The ends of intervals whose last record has not been read.</summary>
    private readonly Dictionary<ReplicaId, ulong> _unshown = [];

    /// <summary>
    /// Judges a complete transfer. Changes nothing but <paramref name="senderFloor"/>; the reader's state is as before, whatever the verdict.
    /// </summary>
    public DeltaVerdict Judge(
        ReadOnlySpan<byte> body, DataFlags flags, DeltaReaderState state, VersionVector senderFloor, in TransferLimits limits)
    {
        // No honest peer is held back with so many: each takes no more than a table of origins holds.
        if (state.HeldBack.Count > OriginTable.MaxCount) return DeltaVerdict.Unattributable;
        (_roomForOrigins, var mark) = (limits.NewOrigins, state.Mark);
        _newOrigins.Clear();
        state.HeldBack.BeginTransfer();
        var verdict = Look(new DeltaReader(body, state), flags, state, senderFloor, limits);
        state.Return(mark);
        if (_keptDots.Count > 0)
        {
            var isRepeated = verdict is DeltaVerdict.Applied or DeltaVerdict.Known && RepeatsKept(new DeltaReader(body, state), state);
            state.Return(mark);
            _keptDots.Clear();
            if (_keptDots.Capacity > 4_096) _keptDots.TrimExcess();
            if (isRepeated) return DeltaVerdict.Malformed;
        }

        if (verdict is not (DeltaVerdict.Applied or DeltaVerdict.Known)) return verdict;
        var held = !state.HeldBack.IsEmpty;
        state.HeldBack.EndTransfer(_claimed.Keys);

        // An origin that is acceptable again may be one below whose changes the sender has no tombstones any more.
        return !held || (flags & DataFlags.FullState) != 0 || ReachesFloor(senderFloor, state.HeldBack) ? verdict : DeltaVerdict.NeedsFullState;
    }

    private DeltaVerdict Look(
        DeltaReader reader, DataFlags flags, DeltaReaderState state, VersionVector senderFloor, in TransferLimits limits)
    {
        var isFullState = (flags & DataFlags.FullState) != 0;
        if (!isFullState && (flags & DataFlags.Repair) != 0) return DeltaVerdict.Malformed;
        if (reader.ReadFloor() is not { } floor) return DeltaVerdict.Malformed;
        foreach (var (origin, sequence) in floor)
        {
            if (IsTaken(origin)) senderFloor.Raise(Origins.IndexOf(origin), sequence);
            else state.HeldBack.Find(origin, DeltaVerdict.TooManyOrigins);
        }

        var verdict = !isFullState && !ReachesFloor(senderFloor, state.HeldBack) ? DeltaVerdict.NeedsFullState : DeltaVerdict.Known;

        _claimed.Clear();
        _newDecisions = 0;
        _unshown.Clear();
        _unregistered.BeginTransfer();
        var isBeyond = false;
        while (!reader.End)
        {
            if (!reader.TryReadSection(out var number, out var from, out var to)) return DeltaVerdict.Malformed;
            var origin = state.Origins[number];
            var isKept = from == to;
            if (!isKept && !_claimed.TryAdd(origin, to)) return DeltaVerdict.Malformed;
            var last = isKept ? _claimed.GetValueOrDefault(origin) : to;
            var isTaken = IsTaken(origin);
            var records = LookAtRecords(ref reader, state, origin, last, isKept, isFullState, limits);
            if (!isTaken && records == DeltaVerdict.Known) records = DeltaVerdict.TooManyOrigins;
            if (!isKept && reader.LastSequence != to) _unshown.Add(origin, to);
            if (records == DeltaVerdict.Known && !isKept && IsBeyondItsOrigin(origin, to, limits.Sender.Id, isStrict: false)) records = DeltaVerdict.Unshown;
            isBeyond |= records == DeltaVerdict.Unshown;
            if (records is DeltaVerdict.TooLarge or DeltaVerdict.ClockSkew or DeltaVerdict.TooManyObjects
                or DeltaVerdict.Unshown or DeltaVerdict.TooManyOrigins or DeltaVerdict.Unproven)
                state.HeldBack.Find(origin, records);
            else if (records != DeltaVerdict.Known) return records;
            if (!isKept) verdict = Worse(verdict, JudgeSection(origin, from, to, isFullState, records, state.HeldBack));
        }

        if (isFullState && !CoversFloor(floor)) return DeltaVerdict.Malformed;

        // What is absent from a full state may be so because of what would be held back. A repair removes nothing, and refused whole it
        // would be sent again without end.
        if (isFullState && isBeyond && (flags & DataFlags.Repair) == 0) verdict = DeltaVerdict.Gap;
        if (!AreShown(senderFloor)) return DeltaVerdict.Malformed;
        return verdict;
    }

    /// <summary>Whether an origin is known, or there is room for it.</summary>
    private bool IsTaken(ReplicaId id)
    {
        if (Origins.TryGetIndex(id, out _) || _newOrigins.Contains(id)) return true;
        return _newOrigins.Count < _roomForOrigins && _newOrigins.Add(id);
    }

    /// <summary>
    /// Whether the full state that is judged reaches its sender's floor at that time: nobody collects tombstones of changes that
    /// it does not contain. By now it may have told of a higher one.
    /// </summary>
    private bool CoversFloor((ReplicaId Origin, ulong Sequence)[] floor)
    {
        foreach (var (origin, sequence) in floor)
        {
            if (sequence > _claimed.GetValueOrDefault(origin)) return false;
        }

        return true;
    }

    /// <summary>
    /// Whether each interval ends with a record that was read, or where its sender may have collected it: the last change of
    /// an origin has no later one that could have taken its place. An interval without one would raise the vector past
    /// changes that are yet to come.
    /// </summary>
    private bool AreShown(VersionVector senderFloor)
    {
        foreach (var (id, to) in _unshown)
        {
            if (!Origins.TryGetIndex(id, out var origin) || senderFloor[origin] < to) return false;
        }

        return true;
    }

    /// <summary>Whether this replica contains what a sender no longer has tombstones for. What is held back does not count: the full state would hold it too.</summary>
    public bool ReachesFloor(VersionVector senderFloor, HeldBack heldBack)
    {
        if (Vector.Dominates(senderFloor)) return true;
        if (heldBack.IsEmpty) return false;
        for (var origin = 0; origin < senderFloor.Length; origin++)
        {
            if (senderFloor[origin] > Vector[origin] && !heldBack.IsRefused(Origins[origin])) return false;
        }

        return true;
    }

    /// <summary>The verdict on one origin's interval. An origin that is held back decides nothing about the others, unless it lies about this replica.</summary>
    private DeltaVerdict JudgeSection(ReplicaId id, ulong from, ulong to, bool isFullState, DeltaVerdict records, HeldBack heldBack)
    {
        var verdict = JudgeInterval(id, from, to, isFullState);
        if (verdict == DeltaVerdict.ForgedOrigin) return verdict;
        if (records != DeltaVerdict.Known) return DeltaVerdict.Known;
        if (verdict != DeltaVerdict.Gap || !heldBack.TryGet(id, out var held)) return verdict;

        // The sender goes on from what it has sent, which was refused here.
        heldBack.Find(id, held);
        return DeltaVerdict.Known;
    }

    /// <summary>The origins that the transfer judged last holds intervals of, and up to where.</summary>
    public IReadOnlyDictionary<ReplicaId, ulong> Claimed => _claimed;

    /// <summary>Whether a dot among the intervals stands among the records kept from before a change too: a log has one place for each.</summary>
    private bool RepeatsKept(DeltaReader reader, DeltaReaderState state)
    {
        var record = default(RawRecord);
        reader.ReadFloor();
        while (!reader.End)
        {
            reader.TryReadSection(out var number, out var from, out var to);
            while (!reader.TryEndSection())
            {
                reader.TryReadRecord(ref record);
                if (from != to && _keptDots.Contains((state.Origins[number], record.Sequence))) return true;
            }
        }

        return false;
    }

    private DeltaVerdict JudgeInterval(ReplicaId id, ulong from, ulong to, bool isFullState)
    {
        var contained = Origins.TryGetIndex(id, out var origin) ? Vector[origin] : 0;
        if (id == Origins[OriginTable.Self] && to > contained) return DeltaVerdict.ForgedOrigin;
        if (from > contained && !isFullState) return DeltaVerdict.Gap;
        return to > contained || isFullState ? DeltaVerdict.Applied : DeltaVerdict.Known;
    }

    /// <summary>Looks at every record of a section, also behind one that is refused: a section that is held back must still be well formed.</summary>
    private DeltaVerdict LookAtRecords(
        ref DeltaReader reader, DeltaReaderState state, ReplicaId origin, ulong last, bool isKept, bool isFullState, in TransferLimits limits)
    {
        var verdict = DeltaVerdict.Known;
        var record = default(RawRecord);
        var number = -1;
        var bound = BoundOf(origin, limits.Sender.Id);
        var contained = Origins.TryGetIndex(origin, out var index) ? Vector[index] : 0;
        ObjectIdentity identity = null!;
        ReplicatedObject? known = null;
        while (!reader.TryEndSection())
        {
            if (!reader.TryReadRecord(ref record)) return DeltaVerdict.Malformed;
            if (record.Object != number)
            {
                number = record.Object;
                identity = state.Objects[number];
                var isRegistered = _objects.TryGetValue(identity, out known);
                if (!isRegistered && !_unregistered.Admits(identity, origin)) verdict = DeltaVerdict.TooManyObjects;
            }

            if (record.Sequence > last) return DeltaVerdict.Malformed;
            if (isKept && !_keptDots.Add((origin, record.Sequence))) return DeltaVerdict.Malformed;
            if (isKept && record.Sequence == last) _unshown.Remove(origin);
            if (record.Has(RecordFlags.Dead) && !isFullState) return DeltaVerdict.Malformed;
            if (record.Has(RecordFlags.Dead) && Ownership.IsPermanent(identity.Kind)) return DeltaVerdict.Unattributable;
            if (record.Key.Length > MaxKeyOf(identity, limits) || record.Payload.Length > MaxValueOf(identity, limits)) verdict = DeltaVerdict.TooLarge;
            if (known is ExpulsionsObject decisions && !HasRoom(decisions, record, origin)) verdict = DeltaVerdict.TooLarge;
            if (record.Sequence > bound && Ownership.IsProtected(identity.Kind)) verdict = DeltaVerdict.Unshown;
            if (record.Stamp > limits.LatestStamp) verdict = DeltaVerdict.ClockSkew;
            if (!HasSoundExpiry(record)) return DeltaVerdict.Malformed;
            if (!IsSound(identity, record) || ReadmitsItsSender(identity, record, origin, limits)) return DeltaVerdict.Malformed;
            if (!IsItsOrigins(identity, record, origin, limits))
                return origin == limits.Sender.Id ? DeltaVerdict.Malformed : DeltaVerdict.Unattributable;
            if (verdict == DeltaVerdict.Known && record.Sequence > contained)
            {
                verdict = JudgeProof(identity, record, origin, state.Origins, limits.Sender.Id);
                if (verdict == DeltaVerdict.Malformed) return verdict;
            }

            // A replica that has not registered the object passes on whatever bytes are a key to it.
            if (known is not null && !known.IsKey(record.Key))
                return identity.Kind == ObjectKind.Members ? DeltaVerdict.Malformed : DeltaVerdict.Unattributable;
            foreach (var dot in record.Observed)
            {
                var observed = state.Origins[dot.Origin];
                if (observed == origin) return DeltaVerdict.Malformed;
                if (identity.Kind == ObjectKind.Members && verdict == DeltaVerdict.Known && IsBeyondItsOrigin(observed, dot.Sequence, limits.Sender.Id, isStrict: true))
                    verdict = DeltaVerdict.Unshown;
                if (!IsTaken(observed)) verdict = DeltaVerdict.TooManyOrigins;
            }

            if (record.Has(RecordFlags.Dead) && !IsTaken(state.Origins[record.Killer.Origin])) verdict = DeltaVerdict.TooManyOrigins;
        }

        return verdict;
    }

    /// <summary>
    /// Whether a record that would be applied has the proof that it needs. A relay is not to blame for one that it lacks: it may be of a
    /// version that knows no proofs. The origin itself is.
    /// </summary>
    private DeltaVerdict JudgeProof(ObjectIdentity identity, in RawRecord record, ReplicaId origin, List<ReplicaId> origins, ReplicaId sender)
    {
        if (Proofs is null || origin == Origins[OriginTable.Self] || !RecordProofs.AreRequired(origin, identity.Kind)) return DeltaVerdict.Known;
        var verdict = Proofs.Verify(origin, identity, record, origins, out _);
        if (verdict == ProofVerdict.Holds) return DeltaVerdict.Known;
        return origin == sender && verdict != ProofVerdict.TooMany ? DeltaVerdict.Malformed : DeltaVerdict.Unproven;
    }

    /// <summary>Whether a record's origin may write it, and says in it who it is.</summary>
    private static bool IsItsOrigins(ObjectIdentity identity, in RawRecord record, ReplicaId origin, in TransferLimits limits) =>
        Ownership.Permits(identity, record, origin)
        && (origin != limits.Sender.Id || limits.SenderName is null || Ownership.NamesItsSender(identity, record, limits.SenderName));

    /// <summary>
    /// Whether a peer shows a change of another origin that is not here and that the origin's own link does not show either: it is
    /// invented, or has overtaken the origin's word. It counts once the origin shows as much.
    /// </summary>
    private bool IsBeyondItsOrigin(ReplicaId origin, ulong sequence, ReplicaId sender, bool isStrict)
    {
        if (ShownByOrigin is null || origin == sender || ShownByOrigin(origin, isStrict) is not { } shown || sequence <= shown) return false;
        return !Origins.TryGetIndex(origin, out var index) || sequence > Vector[index];
    }

    /// <summary>
    /// Up to where a peer's word about another origin's protected records counts: to what is here, if the origin has a link of its own.
    /// </summary>
    private ulong BoundOf(ReplicaId origin, ReplicaId sender)
    {
        if (ShownByOrigin is null || origin == sender || ShownByOrigin(origin, false) is null) return ulong.MaxValue;
        return Origins.TryGetIndex(origin, out var index) ? Vector[index] : 0;
    }

    /// <summary>The longest key of a record; what replicas say to each other has limits of its own, below which the app's cannot go.</summary>
    private static int MaxKeyOf(ObjectIdentity identity, in TransferLimits limits) =>
        IsOfReplicas(identity.Kind) || identity.Kind == ObjectKind.Presence ? Math.Max(limits.MaxKeyBytes, MaxOwnKeyBytes) : limits.MaxKeyBytes;

    /// <summary>The longest payload of a record, likewise.</summary>
    private static int MaxValueOf(ObjectIdentity identity, in TransferLimits limits) => identity.Kind switch
    {
        ObjectKind.Consensus or ObjectKind.Decisions or ObjectKind.BoundedCounter or ObjectKind.Pool => Math.Max(limits.MaxValueBytes, MaxEscrowBytes),
        _ when IsOfReplicas(identity.Kind) => Math.Max(limits.MaxValueBytes, MaxOwnValueBytes),
        _ => limits.MaxValueBytes,
    };

    /// <summary>Whether an object's keys and values are the library's, and not the app's.</summary>
    private static bool IsOfReplicas(ObjectKind kind) => kind is ObjectKind.Members or ObjectKind.Consensus or ObjectKind.Decisions
        or ObjectKind.Expulsions or ObjectKind.Reservation or ObjectKind.BoundedCounter or ObjectKind.Pool;

    private static bool HasSoundExpiry(in RawRecord record)
    {
        if (record.RemainingMilliseconds > TransferLimits.MaxRemainingMilliseconds) return false;
        if (!record.Has(RecordFlags.Sliding)) return true;
        return record.Has(RecordFlags.Expiry) && record.WindowMilliseconds is > 0 and <= TransferLimits.MaxRemainingMilliseconds
            && record.LastMilliseconds is null or <= TransferLimits.MaxRemainingMilliseconds;
    }

    /// <summary>
    /// Whether a peer decides by a change of its own that its own identity is not expelled, which no replica does.
    /// </summary>
    private static bool ReadmitsItsSender(
        ObjectIdentity identity, in RawRecord record, ReplicaId origin, in TransferLimits limits) =>
        identity.Kind == ObjectKind.Expulsions && origin == limits.Sender.Id
        && record.Key.SequenceEqual(limits.Sender.DecisionKey)
        && ExpulsionsObject.TryRead(record.Payload, out var isExpelled) && !isExpelled;

    /// <summary>Whether there is room for a decision on an identity, after those that stand before it in the transfer.</summary>
    private bool HasRoom(ExpulsionsObject decisions, in RawRecord record, ReplicaId origin)
    {
        if (decisions.Find(record.Key) is not null) return true;

        // What others make up does not take the room of operators' decisions.
        var room = IsKnownOperator?.Invoke(origin) == true ? ExpulsionsObject.MaxFromPeers + ExpulsionsObject.MaxIdentities : ExpulsionsObject.MaxFromPeers;
        return decisions.Count + ++_newDecisions <= room;
    }

    /// <summary>Whether key and payload are of the form that the kind's view relies on.</summary>
    private static bool IsSound(ObjectIdentity identity, in RawRecord record)
    {
        if (identity.Kind is ObjectKind.Counter or ObjectKind.BoundedCounter or ObjectKind.Pool or ObjectKind.Consensus)
        {
            if (record.Has(RecordFlags.Removal) || record.Has(RecordFlags.Observed) || record.Key is not [MessagePackCode.Nil]) return false;
            var payload = new SpanReader(record.Payload);
            return identity.Kind switch
            {
                ObjectKind.Counter => payload.TryReadInt(out _),
                ObjectKind.Consensus => ConsensusRecord.Decode(record.Payload) is not null,
                _ => AccountRecord.Decode(record.Payload) is not null,
            };
        }

        if (identity.Kind == ObjectKind.Expulsions) return ExpulsionsObject.IsSound(record);
        if (identity.Kind == ObjectKind.Reservation && !record.Has(RecordFlags.Removal) && ReservationRecord.Decode(record.Payload) is null) return false;
        if (identity.Kind == ObjectKind.Decisions)
        {
            var payload = new SpanReader(record.Payload);
            return !record.Has(RecordFlags.Removal) && payload.TryReadDecision(out var decision) && decision is not null && payload.End
                && DecisionsObject.TryRead(record.Key, out var bootstrapId, out _) && bootstrapId == decision.BootstrapId;
        }

        return true;
    }

    /// <summary>Of two verdicts on parts of one transfer the one that decides: a reason to refuse before a reason to apply.</summary>
    private static DeltaVerdict Worse(DeltaVerdict a, DeltaVerdict b)
    {
        static int Rank(DeltaVerdict verdict) => verdict switch
        {
            DeltaVerdict.Known => 0,
            DeltaVerdict.Applied => 1,
            DeltaVerdict.Gap => 2,
            DeltaVerdict.NeedsFullState => 3,
            _ => 4,
        };

        return Rank(a) >= Rank(b) ? a : b;
    }
}
