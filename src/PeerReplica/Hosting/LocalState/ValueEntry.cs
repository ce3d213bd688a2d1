using System.Runtime.CompilerServices;
using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Hosting.Codecs;

namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// An entry whose records may hold their values, beside the bytes or instead of them (<see cref="Record.InView"/>): from the start for a local write, for what arrived and for bytes from the
/// first read, unless the value alone is kept.
/// </summary>
internal abstract class ValueEntry<TValue> : Entry
{
    /// <summary>The value of the record that stands in the entry, if it <see cref="Record.HasValue"/>.</summary>
    protected TValue? OwnValue;

    protected abstract ValueCodec<TValue> ValueCodec { get; }

    public sealed override DetachedRecord NewComponent()
    {
        var record = new ValueRecord<TValue>();
        record.BelongTo(this);
        return record;
    }

    public override void Put(Record target, Record source)
    {
        var hasValue = source.HasValue;
        var value = hasValue ? ValueOf(source) : default;
        target.Become(source);
        target.HasValue = hasValue;
        SetValue(target, value);
    }

    public sealed override void EncodePayload(Record record, ref MessagePackWriter output)
    {
        if (record.Payload != Record.InView) output.WriteRaw(record.Payload);
        else ValueCodec.Encode(ValueOf(record)!, ref output);
    }

    protected void SetValue(Record record, TValue? value)
    {
        if (record == this) OwnValue = value;
        else ((ValueRecord<TValue>)record).Value = value;
    }

    /// <summary>What a record says now.</summary>
    public RecordSnapshot<TValue> SnapshotOf(Record? record) =>
        record is null ? default : new(record, record.Sequence, record.Payload, record.HasValue ? ValueOf(record) : default, record.HasValue, record.ExpiresAt, record.Sliding);

    protected TValue? ValueOf(Record record) => record == this ? OwnValue : ((ValueRecord<TValue>)record).Value;

    protected void Fill(Record record, in LocalWrite<TValue> write, HybridTimestamp stamp)
    {
        record.Payload = write.Payload;
        record.HasValue = write.HasValue;
        record.Stamp = stamp;
        record.ExpiresAt = write.ExpiresAt;
        record.Sliding = write.Sliding;
        SetValue(record, write.Value);
    }

    /// <summary>Makes the version odd, for a change of what readers look at. No foreign code runs until <see cref="Unlock()"/>.</summary>
    protected void Lock()
    {
        if (!TryLock()) LockSlowly();
    }

    protected void Unlock() => Volatile.Write(ref Version, Version + 1);

    /// <summary>Unlocks after nothing was changed: who looked before may still write.</summary>
    protected void UnlockUnchanged() => Volatile.Write(ref Version, Version - 1);

    /// <summary>Unlocks after something was changed, or was not.</summary>
    protected void Unlock(bool isChanged) => Volatile.Write(ref Version, Version + (isChanged ? 1 : -1));

    private bool TryLock()
    {
        var version = Volatile.Read(ref Version);
        return (version & 1) == 0 && Interlocked.CompareExchange(ref Version, version + 1, version) == version;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void LockSlowly()
    {
        var wait = default(SpinWait);
        do wait.SpinOnce(sleep1Threshold: -1);
        while (!TryLock());
    }
}
