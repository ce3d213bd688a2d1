using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>Applying a transfer that <see cref="Judge"/> found applicable: all of it, in one step.</summary>
internal sealed partial class Store
{
    private readonly VersionVector _ends = new();
    private readonly VersionVector _swept = new();
    private readonly DetachedRecord _removal = new();

    /// <summary>
    /// Applies a whole transfer and raises vector and floor. Returns how many of its records changed something; <paramref name="advanced"/> takes
    /// the origins whose vector entry rose.
    /// </summary>
    public int ApplyTransfer(
        ReadOnlySpan<byte> body, DataFlags flags, DeltaReaderState state, Instant now, ICollection<int> advanced)
    {
        var isFullState = (flags & DataFlags.FullState) != 0;
        var isRepair = (flags & DataFlags.Repair) != 0;
        var sweeps = isFullState && !isRepair;
        var reader = new DeltaReader(body, state);
        var floor = reader.ReadFloor() ?? [];
        var applied = 0;
        _ends.Clear();
        while (!reader.End)
        {
            reader.TryReadSection(out var number, out var from, out var to);
            if (state.HeldBack.Contains(state.Origins[number]))
            {
                Skip(ref reader);
                continue;
            }

            var origin = Origins.IndexOf(state.Origins[number]);
            if (to > from) _ends[origin] = to;
            applied += ApplySection(ref reader, state, origin, isKept: to == from, sweeps, isRepair, now);
        }

        Settle();
        if (sweeps) applied += Sweep(floor);
        for (var origin = 0; origin < _ends.Length; origin++)
        {
            if (Vector.Raise(origin, _ends[origin])) advanced.Add(origin);
        }

        RaiseFloor(floor);
        return applied;
    }

    /// <summary>
    /// What a sender has no tombstones of any more may be missing here as well, as far as its changes are contained here. No
    /// further: a floor above the vector would make every peer ask for full states that cannot help.
    /// </summary>
    private void RaiseFloor((ReplicaId Origin, ulong Sequence)[] senderFloor)
    {
        foreach (var (id, sequence) in senderFloor)
        {
            if (Origins.TryGetIndex(id, out var origin)) Floor.Raise(origin, Math.Min(sequence, Vector[origin]));
        }
    }

    /// <summary>Passes over a section that is held back; what it numbers counts.</summary>
    private static void Skip(ref DeltaReader reader)
    {
        var raw = default(RawRecord);
        while (!reader.TryEndSection()) reader.TryReadRecord(ref raw);
    }

    private int ApplySection(
        ref DeltaReader reader, DeltaReaderState state, int origin, bool isKept, bool sweeps, bool isRepair, Instant now)
    {
        var raw = default(RawRecord);
        var applied = 0;
        var contained = Vector[origin];
        var number = -1;
        ReplicatedObject replicated = null!;
        while (!reader.TryEndSection())
        {
            reader.TryReadRecord(ref raw);
            if (raw.Object != number) replicated = ObjectOf(state.Objects[number = raw.Object], origin);
            if (raw.Sequence > contained || isRepair)
            {
                // Its sender no longer had the record when it came to it. So there is no later one here, unless the sender lies.
                if (isKept && replicated.Find(raw.Key)?.Component(origin) is { } later && later.Sequence > raw.Sequence) continue;
                if (isRepair && !Repairs(replicated, origin, raw, state.Sender)) continue;
                if (!TryProve(replicated.Identity, origin, raw, state, out var proof)) continue;
                if (raw.Sequence <= contained && !TryTakeDot(replicated, origin, raw, state.Sender, proof)) continue;
                var write = Read(replicated, origin, raw, state, now);
                write.Proof = proof;
                write.IsMentioned = sweeps;
                Apply(write);
                applied++;
            }
            else if (sweeps && replicated.Find(raw.Key)?.Component(origin) is { } known && known.Sequence == raw.Sequence)
            {
                known.IsMentioned = true;
                if (raw.Has(RecordFlags.Dead) && !known.IsDead) Kill(known, KillerOf(state, raw));
            }
        }

        return applied;
    }

    /// <summary>What arrived, as a write: used up by the time the next is read.</summary>
    private DetachedRecord Read(ReplicatedObject replicated, int origin, in RawRecord raw, DeltaReaderState state, Instant now)
    {
        var entry = replicated.EntryOf(raw.Key);
        var record = raw.Has(RecordFlags.Removal) ? Removal() : entry.Arrived(raw.Payload);
        record.BelongTo(entry);
        record.Origin = origin;
        record.Sequence = raw.Sequence;
        record.Stamp = raw.Stamp;
        if (raw.Has(RecordFlags.Expiry)) record.ExpiresAt = now + TimeSpan.FromMilliseconds(raw.RemainingMilliseconds);
        if (raw.Has(RecordFlags.Sliding)) record.Sliding = SlidingOf(raw, now);
        if (!raw.Observed.IsEmpty)
        {
            var observed = new Dot[raw.Observed.Length];
            for (var i = 0; i < observed.Length; i++)
                observed[i] = new Dot(Origins.IndexOf(state.Origins[raw.Observed[i].Origin]), raw.Observed[i].Sequence);
            record.Observed = observed;
        }

        if (raw.Has(RecordFlags.Dead)) record.Die(KillerOf(state, raw));
        return record;
    }

    private static SlidingExpiration SlidingOf(in RawRecord raw, Instant now) => new(
        TimeSpan.FromMilliseconds(raw.WindowMilliseconds), raw.LastMilliseconds is { } last ? now + TimeSpan.FromMilliseconds(last) : Instant.Never);

    private DetachedRecord Removal()
    {
        _removal.Reset();
        return _removal;
    }

    private Dot KillerOf(DeltaReaderState state, in RawRecord raw) =>
        new(Origins.IndexOf(state.Origins[raw.Killer.Origin]), raw.Killer.Sequence);

    /// <summary>Whether a record of a repairing full state says more than what is here. Of two contents of one dot the greater stays, everywhere.</summary>
    private bool Repairs(ReplicatedObject replicated, int origin, in RawRecord raw, ReplicaId sender)
    {
        if (raw.Sequence <= Vector[origin] && Ownership.IsProtected(replicated.Identity.Kind) && !MayRepair(origin, sender)) return false;
        if (replicated.Find(raw.Key)?.Component(origin) is not { } known || known.Sequence < raw.Sequence) return true;
        if (known.Sequence > raw.Sequence) return false;
        if (raw.Has(RecordFlags.Dead) != known.IsDead) return raw.Has(RecordFlags.Dead);
        Encode(known, out var payload);
        if (IsOwnWord(replicated, origin, sender)) return !raw.Payload.SequenceEqual(payload);
        return raw.Payload.SequenceCompareTo(payload) > 0;
    }

    /// <summary>
    /// Whether a record counts by its proof, if it needs one. That of a record which was judged holds; that of a repairing one is
    /// looked at here.
    /// </summary>
    private bool TryProve(ObjectIdentity identity, int origin, in RawRecord raw, DeltaReaderState state, out RecordProof? proof)
    {
        proof = null;
        if (Proofs is null || origin == OriginTable.Self || !RecordProofs.AreRequired(Origins[origin], identity.Kind)) return true;
        return Proofs.Verify(Origins[origin], identity, raw, state.Origins, out proof) == ProofVerdict.Holds;
    }

    /// <summary>
    /// Makes room in the log for a repairing record whose dot another entry has here. Of two entries with one dot the greater keeps it, everywhere; false
    /// when that is the one here.
    /// </summary>
    private bool TryTakeDot(ReplicatedObject replicated, int origin, in RawRecord raw, ReplicaId sender, RecordProof? proof)
    {
        var log = Log(origin);
        var wasSettled = log.IsSettled;
        var found = log.Find(raw.Sequence);
        if (wasSettled && !log.IsSettled) _unsettled.Add(log);
        if (found is not { } holder || holder.Parent == replicated.Find(raw.Key)) return true;
        var entry = holder.Parent;
        if (Ownership.IsProtected(entry.Object.Kind) && !MayRepair(origin, sender)) return false;
        if (holder.Proof is not null && proof is null) return false;
        if (IsOwnWord(replicated, origin, sender) || IsOwnWord(ObjectOf(entry), origin, sender))
        {
            Remove(holder);
            return true;
        }

        var order = Compare(entry.Object, replicated.Identity);
        if (order == 0) order = Encode(holder, out _).SequenceCompareTo(raw.Key);
        if (order >= 0) return false;
        Remove(holder);
        return true;
    }

    /// <summary>
    /// Whether a peer may alter an origin's protected records that are contained here: not this replica's own, and those of a linked
    /// origin only if the peer is that origin.
    /// </summary>
    private bool MayRepair(int origin, ReplicaId sender) =>
        origin != OriginTable.Self && (Origins[origin] == sender || ShownByOrigin?.Invoke(Origins[origin], true) is null);

    /// <summary>
    /// Whether an origin says of its own protected records what they are: then it does not matter what is greater. The origin itself
    /// takes nobody's word about them, so all that are linked with it come to hold the same.
    /// </summary>
    private bool IsOwnWord(ReplicatedObject replicated, int origin, ReplicaId sender) =>
        Origins[origin] == sender && Ownership.IsProtected(replicated.Identity.Kind);

    private void Settle()
    {
        foreach (var log in _unsettled) log.Settle();
        _unsettled.Clear();
    }

    private static int Compare(ObjectIdentity a, ObjectIdentity b)
    {
        var order = string.CompareOrdinal(a.Name, b.Name);
        if (order == 0) order = a.Kind.CompareTo(b.Kind);
        return order != 0 ? order : string.CompareOrdinal(a.KeyEncoding, b.KeyEncoding);
    }

    private void Kill(Record record, Dot killer)
    {
        record.Parent.BeginChange();
        try
        {
            record.Die(killer);
        }
        finally
        {
            record.Parent.EndChange();
        }

        _onDied(record);
        EnqueueForCollection(record.Parent);
    }

    /// <summary>Takes a record out of its entry, where it may be seen.</summary>
    private void Remove(Record record)
    {
        var entry = record.Parent;
        Forget(record);
        entry.BeginChange();
        Components.Remove(entry, record);
        entry.EndChange();
        if (entry.Components is null) EnqueueForCollection(entry);
    }

    /// <summary>
    /// Drops what the sender of a full state, though its vector contains it, no longer has: it was removed, and the removal
    /// was collected. So it lies at or below the sender's floor; what is missing above it was left out, and stays.
    /// </summary>
    private int Sweep((ReplicaId Origin, ulong Sequence)[] senderFloor)
    {
        var swept = 0;
        _swept.Clear();
        foreach (var (id, sequence) in senderFloor)
        {
            if (Origins.TryGetIndex(id, out var origin)) _swept.Raise(origin, sequence);
        }

        for (var origin = 0; origin < _ends.Length; origin++)
        {
            Record? next;
            for (var record = Log(origin).Head; record is not null && record.Sequence <= _ends[origin]; record = next)
            {
                next = record.LogNext;
                if (record.IsMentioned)
                {
                    record.IsMentioned = false;
                    continue;
                }

                if (record.Sequence > _swept[origin]) continue;

                var entry = record.Parent;
                if (Ownership.IsPermanent(entry.Object.Kind) || (entry.Object.Kind == ObjectKind.Decisions && record.IsLive)) continue;
                Remove(record);
                RecordSwept?.Invoke(entry);
                swept++;
            }
        }

        return swept;
    }

    /// <summary>Begins to keep what a transfer of several frames has promised.</summary>
    public void OpenSnapshot(OutgoingTransfer transfer) => _snapshots.Add(transfer);

    public void CloseSnapshot(OutgoingTransfer transfer) => _snapshots.Remove(transfer);
}
