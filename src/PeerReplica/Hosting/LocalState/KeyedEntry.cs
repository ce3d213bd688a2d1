using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Hosting.Codecs;

namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// An entry as app threads see it: one reference to the record in view.
/// <list type="number">
/// <item>The view, and what records say that can be in view, change only while the version is odd, which one thread at a time makes it, for as long as the change takes: no foreign code runs
/// meanwhile. A reader takes no lock: it looks, and looks again if the version is odd or has changed (a sequence lock: Boehm, "Can seqlocks get along with programming language memory
/// models?", 2012).</item>
/// <item>A view without a sequence is a write that the loop has not published yet. App threads overwrite it; the loop never takes it out of view before it has published it.</item>
/// <item>Once retired, the view never changes again; a writer that meets it looks the key up anew.</item>
/// </list>
/// </summary>
internal abstract class KeyedEntry<TKey, TValue>(KeyedObject<TKey, TValue> owner) : ValueEntry<TValue>, IExpiring, IKeyedView
    where TKey : notnull
{
    private const ulong Retired = ulong.MaxValue;
    private static readonly ValueRecord<TValue> s_retired = new() { Sequence = Retired };
    private Record? _view;

    /// <summary>The key, where it is kept as a value, or was read before.</summary>
    public TKey? KeptKey;

    /// <summary>The key. Not for apps where it can be changed: see <see cref="TryGetKey"/>.</summary>
    /// <exception cref="ReplicaSerializationException">The bytes cannot be read as the registered type.</exception>
    public abstract TKey Key { get; }

    /// <summary>Whether the key can be read as the registered type.</summary>
    public virtual bool IsKeyReadable => true;

    /// <summary>Whether nothing is ever written here again.</summary>
    public bool IsRetired => Volatile.Read(ref _view) is { Sequence: Retired };

    /// <summary>Whether a value is visible, whether or not it can be read.</summary>
    public bool IsVisible
    {
        get
        {
            var version = Volatile.Read(ref Version);
            if (_view is { HasDetails: false } view && (version & 1) == 0)
            {
                var isValue = view.Payload is not null;
                Volatile.ReadBarrier();
                if (Version == version) return isValue;
            }

            return IsSeen();
        }
    }

    public bool HasUnpublishedView => Volatile.Read(ref _view) is { IsPublished: false };

    public override bool HasUnpublished => HasUnpublishedView;

    public Record? View => Volatile.Read(ref _view);

    /// <summary>Whether this replica wrote what is in view. Loop only.</summary>
    public bool IsOwn => View is { } view && (!view.IsPublished || view.Origin == OriginTable.Self);

    /// <summary>When what is in view was written; zero when there is nothing.</summary>
    public HybridTimestamp WrittenAt
    {
        get
        {
            Lock();
            var stamp = _view?.Stamp ?? default;
            UnlockUnchanged();
            return stamp;
        }
    }

    public override KeyedObject<TKey, TValue> Owner => owner;

    public override bool IsTaken => _view == this && !IsPublished;

    protected override ValueCodec<TValue> ValueCodec => owner.ValueCodec;

    /// <summary>Whether nothing has ever stood in the entry itself: the first write needs no record beside it.</summary>
    private bool IsNew => !IsPublished && Volatile.Read(ref _view) is null;

    /// <summary>Whether a value is visible that can be read as the registered type.</summary>
    public bool IsReadable
    {
        get
        {
            var version = Volatile.Read(ref Version);
            if (_view is { HasDetails: false } view && (version & 1) == 0)
            {
                var (hasValue, isValue) = (view.HasValue, view.Payload is not null);
                Volatile.ReadBarrier();
                if (Version == version && (hasValue || !isValue)) return isValue;
            }

            return IsSeenReadable();
        }
    }

    /// <summary>Reads the value, if there is one: the unpublished local write, or the last writer's, unless it was removed or has expired.</summary>
    /// <exception cref="ReplicaSerializationException">The bytes cannot be read as the registered type.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet([MaybeNullWhen(false)] out TValue value) => TryGetKept(out value) || TryLook(out value);

    /// <summary>Reads the value as <see cref="TryGet"/> does; where uses postpone its end, this is one.</summary>
    /// <exception cref="ReplicaSerializationException">The bytes cannot be read as the registered type.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryUse([MaybeNullWhen(false)] out TValue value) => TryGetKept(out value) || TryLookAndTouch(out value);

    /// <summary>Reads the value, if there is one that can be read; what cannot is counted and passed over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGetReadable([MaybeNullWhen(false)] out TValue value) => TryGetKept(out value) || this.TryReadable(Look(), out value);

    /// <summary>Gives the key to the app, which may do with it what it likes; false when it cannot be read, which is counted.</summary>
    public bool TryGetKey([MaybeNullWhen(false)] out TKey key)
    {
        if (!owner.KeyCodec.IsNative) return TryDecodeKey(out key);
        key = KeyedObject<TKey, TValue>.ForApp(KeptKey!);
        return true;
    }

    /// <summary>Adds the values of every live record, newest first. An unpublished write has seen all there is, and stands alone. Loop only.</summary>
    /// <returns>The version at which they stood: see <see cref="TryReplace"/>.</returns>
    public int AddValues(List<RecordSnapshot<TValue>> values)
    {
        var count = 0;
        for (var record = Components; record is not null; record = record.NextComponent) count++;
        values.EnsureCapacity(count + 1);
        Lock();
        if (_view is { IsPublished: false } unpublished)
        {
            if (unpublished.Payload is not null) values.Add(SnapshotOf(unpublished));
            count = 1;
        }
        else
        {
            for (var record = Components; record is not null; record = record.NextComponent)
            {
                if (record.IsShown) values.Add(SnapshotOf(record));
            }

            owner.Validation?.AddKept(this, values);
        }

        var version = Version - 1;
        UnlockUnchanged();
        if (values.Count > 1) values.Sort((a, b) => a.View == b.View ? 0 : Crdts.Components.IsLater(a.View!, b.View!, owner.Store.Origins) ? -1 : 1);
        return version;
    }

    /// <summary>Reads what was seen, if it is a value.</summary>
    /// <exception cref="ReplicaSerializationException">The bytes cannot be read as the registered type.</exception>
    public bool TryRead(in RecordSnapshot<TValue> snapshot, [MaybeNullWhen(false)] out TValue value)
    {
        var isSeen = IsSeen(snapshot);
        value = isSeen && !snapshot.HasValue ? Decode(snapshot) : snapshot.Value!;
        return isSeen;
    }

    /// <summary>Puts a local write in view. Returns false when the entry was retired; gives whether a value was visible before.</summary>
    public bool TryWrite(in LocalWrite<TValue> write, out bool wasVisible)
    {
        wasVisible = false;
        if (write.IsRemoval && View is null)
        {
            owner.LocalState.ThrowIfClosed();
            return true;
        }

        var unpublished = default(ValueRecord<TValue>);
        var stamp = default(HybridTimestamp);
        var now = default(Instant?);
        while (true)
        {
            // What allocates or runs foreign code comes before the version is odd.
            if (unpublished is null)
            {
                var overwrites = HasUnpublishedView && write.ExpiresAt.Ticks == 0;
                stamp = overwrites ? owner.LocalState.Restamp() : owner.LocalState.Stamp();
                if (!overwrites && !(IsNew && write.ExpiresAt.Ticks == 0)) Fill(unpublished = owner.Writes.Take(), write, stamp);
            }

            Lock();
            var view = _view;
            var expiresAt = view?.ExpiresAt ?? default;
            var isUnpublished = view is { IsPublished: false };
            if (view is { Sequence: Retired })
            {
                UnlockUnchanged();
                return false;
            }

            if ((unpublished is null && !isUnpublished && !IsNew) || (expiresAt.Ticks != 0 && now is null))
            {
                UnlockUnchanged();
                now = owner.LocalState.Now;
                continue;
            }

            wasVisible = view?.Payload is not null && (expiresAt.Ticks == 0 || expiresAt > now);
            if (write.IsRemoval && !wasVisible && !isUnpublished)
            {
                UnlockUnchanged();
                return true;
            }

            if (unpublished is null) Fill(view ?? this, write, isUnpublished ? HybridTimestamp.Max(stamp, view!.Stamp) : stamp);
            _view = unpublished ?? view ?? this;
            Unlock();
            if (!DirtyFlag.TrySet(ref Dirty, this, owner.LocalState)) owner.LocalState.Coalesced();
            return true;
        }
    }

    /// <summary>Puts a local write in view, unless anything changed since <paramref name="version"/>. Any thread.</summary>
    public bool TryReplace(in LocalWrite<TValue> write, int version)
    {
        var unpublished = owner.Writes.Take();
        Fill(unpublished, write, owner.LocalState.Stamp());
        Lock();
        var isSame = Version == version + 1 && _view is not { Sequence: Retired };
        if (isSame) _view = unpublished;
        Unlock(isSame);
        if (isSame && !DirtyFlag.TrySet(ref Dirty, this, owner.LocalState)) owner.LocalState.Coalesced();
        return isSame;
    }

    /// <summary>Postpones the end of the value in view, if it is used now and that is due to be recorded. Any thread.</summary>
    /// <param name="now">The time.</param>
    /// <param name="hash">The published value's hash.</param>
    /// <param name="end">When the value ends from now on.</param>
    /// <returns>Whether peers have to hear of it: a write that is not published yet takes its own end along.</returns>
    public bool TryTouch(Instant now, out ulong hash, out Instant end)
    {
        (hash, end) = (0, default);

        // Most maps have no sliding expiration, and most uses are not due.
        if (Look().Sliding is null) return false;
        Lock();
        var isDue = false;
        if (_view is { Payload: not null, Sliding: { } sliding } view && view.ExpiresAt > now && sliding.IsTouchDue(view.ExpiresAt, now))
        {
            isDue = true;
            view.ExpiresAt = end = sliding.EndAfterUse(now);

            // Between its dot and its place among the records a write has no hash; it is sent after that.
            if (view is { IsPublished: true, IsComponent: true }) hash = view.Hash;
        }

        Unlock(isDue);
        return hash != 0;
    }

    /// <summary>Postpones the end of a published value, if it is in view: it was used elsewhere.</summary>
    /// <param name="hash">The value's hash.</param>
    /// <param name="end">When it ends at the earliest.</param>
    public void Postpone(ulong hash, Instant end)
    {
        var now = owner.LocalState.Now;
        var isBack = false;
        Lock();
        if (_view is { IsPublished: true, Payload: not null, Sliding: { } sliding } view && view.Hash == hash)
        {
            end = Instant.Min(end, sliding.EndAfterUse(now));
            isBack = view.ExpiresAt <= now && end > now;
            if (end > view.ExpiresAt) view.ExpiresAt = end;
        }

        Unlock();
        if (isBack) owner.Changed(this);
    }

    /// <summary>Removes the value in view, if it is the one that was written at a time: what was written meanwhile stays. Any thread.</summary>
    public bool TryRemove(HybridTimestamp writtenAt)
    {
        var removal = owner.Writes.Take();
        removal.Stamp = owner.LocalState.Stamp();
        Lock();
        var view = _view;
        var isSame = view is { Payload: not null } && view.Stamp == writtenAt;
        if (isSame && view!.IsPublished) _view = removal;
        else if (isSame) Fill(view!, default, HybridTimestamp.Max(removal.Stamp, writtenAt));
        Unlock(isSame);
        if (isSame) DirtyFlag.TrySet(ref Dirty, this, owner.LocalState);
        return isSame;
    }

    /// <summary>Removes what the entry holds, if a published record is still in view; null: if still nothing is. Any thread.</summary>
    public void TryRemove(Record? view)
    {
        var removal = owner.Writes.Take();
        removal.Stamp = owner.LocalState.Stamp();
        Lock();
        var isSame = _view == view;
        if (isSame) _view = removal;
        Unlock(isSame);
        if (isSame) DirtyFlag.TrySet(ref Dirty, this, owner.LocalState);
    }

    public override Record? Pending(ulong sequence)
    {
        // Where a write was noted, under the lock: so whoever comes to have it later finds the mark taken away, and notes his write anew.
        if (!DirtyFlag.Clear(ref Dirty) && !HasUnpublishedView) return null;
        Lock();
        var view = _view;
        var isUnpublished = view is { IsPublished: false };
        if (isUnpublished) view!.Sequence = sequence;
        Unlock();
        if (isUnpublished && view is DetachedRecord beside) beside.BelongTo(this);
        return isUnpublished ? view : null;
    }

    public override DetachedRecord Arrived(ReadOnlySpan<byte> payload) => owner.Arrived(this, payload);

    public override bool TryTakeIn(Record side)
    {
        Lock();
        var isFree = !IsTaken;
        if (isFree) Put(this, side);
        if (isFree && _view == side) _view = this;
        Unlock();
        return isFree;
    }

    public override void BeginChange()
    {
        Lock();
        owner.HashBefore = _view?.Hash ?? 0;
    }

    public override void EndChange()
    {
        var before = _view;
        owner.Validation?.OnChange(this);
        if (before is { IsPublished: false } && !(before.IsRemoval && Components is null))
        {
            Unlock();
            return;
        }

        var winner = owner.Validation is { } validation ? validation.LastWriter(this) : owner.Store.LastWriter(this);
        var isSame = winner is null ? before is null : before is not null && winner.Hash == owner.HashBefore;
        _view = winner;
        Unlock();
        TendExpiry(winner);
        if (!isSame || owner.ShowsAll) owner.Merged(this);
        if (before is ValueRecord<TValue> { IsComponent: false } used && owner.Validation is null) owner.Writes.Give(used);
    }

    public override bool TryRetire()
    {
        Lock();
        var isUnpublished = HasUnpublishedView;
        if (!isUnpublished) _view = s_retired;
        Unlock();
        return !isUnpublished;
    }

    public Instant Expire(Instant now)
    {
        var again = LookAtExpiry(now);
        Mark(RecordMarks.Scheduled, again != Instant.Never);
        return again;
    }

    private void TendExpiry(Record? winner)
    {
        var ends = winner is { ExpiresAt.Ticks: not 0 };
        if (ends) owner.LocalState.ScheduleExpiry(this, winner!.ExpiresAt);
        else if (Has(RecordMarks.Scheduled)) owner.LocalState.CancelExpiry(this);
        Mark(RecordMarks.Scheduled, ends);
        if (ends && winner!.Sliding is not null) owner.Touches?.OnArrived(this);
    }

    private Instant LookAtExpiry(Instant now)
    {
        var snapshot = Look();
        if (snapshot.ExpiresAt.Ticks == 0) return Instant.Never;
        if (snapshot.ExpiresAt > now) return snapshot.ExpiresAt;
        owner.Changed(this);
        if (snapshot.Sequence == 0 || snapshot.Payload is null) return Instant.Never;

        // Its origin removes it for everyone; should the origin be gone, whoever still has it a while later.
        // A use elsewhere may be on its way, and postpone the end.
        if (snapshot.Sliding is { } sliding && sliding.CanBePostponed(snapshot.ExpiresAt) && now < snapshot.ExpiresAt + owner.TouchGrace)
            return snapshot.ExpiresAt + owner.TouchGrace;
        var ours = snapshot.View!.Origin == OriginTable.Self || now >= snapshot.ExpiresAt + owner.ExpiryGrace;
        if (!ours) return snapshot.ExpiresAt + owner.ExpiryGrace;
        TryRemove(snapshot.View);
        return Instant.Never;
    }

    /// <summary>Reads the value that is kept beside the bytes, if one is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryGetKept([MaybeNullWhen(false)] out TValue value)
    {
        var version = Volatile.Read(ref Version);
        if (_view is { HasValue: true, HasDetails: false } view && (version & 1) == 0)
        {
            value = ValueOf(view)!;
            Volatile.ReadBarrier();
            if (Version == version) return true;
        }

        value = default;
        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryDecodeKey([MaybeNullWhen(false)] out TKey key)
    {
        try
        {
            key = Key;
            return true;
        }
        catch (ReplicaSerializationException)
        {
            key = default;
            return false;
        }
    }

    /// <summary>Bytes of a native type are checked without being decoded; of others the value is kept, as after any read.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsSeenReadable()
    {
        var snapshot = Look();
        if (!IsSeen(snapshot) || snapshot.HasValue) return IsSeen(snapshot);
        return owner.ValueCodec.IsNative && owner.ValueCodec.CanDecode(snapshot.Payload) || this.TryReadable(snapshot, out _);
    }

    /// <summary>Apart, as <see cref="IsSeen()"/>: what a snapshot takes of the stack is cleared by whoever may have one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryLook([MaybeNullWhen(false)] out TValue value) => TryRead(Look(), out value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryLookAndTouch([MaybeNullWhen(false)] out TValue value)
    {
        var snapshot = Look();
        if (!TryRead(snapshot, out value)) return false;
        if (snapshot.Sliding is { } sliding && sliding.IsTouchDue(snapshot.ExpiresAt, owner.LocalState.Now)) owner.Touches?.Use(this);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsSeen() => IsSeen(Look());

    /// <summary>Whether nothing changed since a version. Decoding a value keeps it, which is a change.</summary>
    public bool IsAt(int version) => Volatile.Read(ref Version) == version;

    public bool IsSeen(in RecordSnapshot<TValue> snapshot) => snapshot.Payload is not null && (snapshot.ExpiresAt.Ticks == 0 || snapshot.ExpiresAt > owner.LocalState.Now);

    public RecordSnapshot<TValue> Look() => Look(out _);

    /// <summary>The record in view, as it is at one moment, and the version then: see <see cref="TryReplace"/> and <see cref="IsAt"/>.</summary>
    public RecordSnapshot<TValue> Look(out int version)
    {
        var wait = default(SpinWait);
        while (true)
        {
            version = Volatile.Read(ref Version);
            if ((version & 1) == 0)
            {
                var snapshot = SnapshotOf(_view);
                Volatile.ReadBarrier();
                if (Version == version) return snapshot;
            }

            wait.SpinOnce(sleep1Threshold: -1);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private TValue Decode(in RecordSnapshot<TValue> snapshot)
    {
        // Two readers may both decode; either result serves.
        var value = owner.Decode(owner.ValueCodec, snapshot.Payload, "value");

        // Values beside the one in view are not kept. Without a change the version stays as it is, which an update relies on.
        if (Volatile.Read(ref _view)?.Payload != snapshot.Payload) return value;
        Lock();
        var isKept = _view is { HasValue: false } view && view.Payload == snapshot.Payload;
        if (isKept)
        {
            SetValue(_view!, value);
            _view!.HasValue = true;
        }

        Unlock(isKept);
        return value;
    }
}
