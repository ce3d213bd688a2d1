using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using PeerReplica.Causality;
using PeerReplica.Crdts;

namespace PeerReplica.Hosting.LocalPlane;

/// <summary>
/// An entry as app threads see it: one reference to the record in view.
/// <list type="number">
/// <item>App threads and the loop change the view by compare-and-swap only; a read is one volatile read.</item>
/// <item>A view without a sequence is a write that the loop has not published yet; the loop never takes it out of view before it has.</item>
/// <item>Once retired, the view never changes again; a writer that meets it looks the key up anew.</item>
/// </list>
/// </summary>
internal abstract class KeyedEntry<TKey, TValue>(KeyedObject<TKey, TValue> owner) : Entry, IExpiring, IKeyedView
    where TKey : notnull
{
    private static readonly Record s_retired = new() { Sequence = ulong.MaxValue };
    private Record? _view;

    /// <summary>The key, where it is kept as a value, or was read before.</summary>
    public TKey? KeptKey;

    /// <summary>The key.</summary>
    /// <exception cref="ReplicaSerializationException">The bytes cannot be read as the registered type.</exception>
    public abstract TKey Key { get; }

    /// <summary>Whether nothing is ever written here again.</summary>
    public bool IsRetired => Volatile.Read(ref _view) == s_retired;

    public override KeyedObject<TKey, TValue> Owner => owner;

    /// <summary>Reads the value, if there is one.</summary>
    /// <exception cref="ReplicaSerializationException">The bytes cannot be read as the registered type.</exception>
    public bool TryGet([MaybeNullWhen(false)] out TValue value)
    {
        return Volatile.Read(ref _view) is ValueRecord<TValue> view && view.TryGet(out value) || TryLook(out value);
    }

    /// <summary>The record that readers see: the unpublished local write, or the last writer's; null when there is none, or it was removed or has expired.</summary>
    public ValueRecord<TValue>? Visible()
    {
        var view = Volatile.Read(ref _view);
        if (view?.Payload is null) return null;
        return view.ExpiresAt.Ticks != 0 && view.ExpiresAt <= owner.Plane.Now ? null : (ValueRecord<TValue>)view;
    }

    /// <summary>Whether a local write that is not yet published is in view.</summary>
    public bool HasUnpublished(out Record? write)
    {
        write = Volatile.Read(ref _view);
        return write is { IsPublished: false };
    }

    public bool HasUnpublishedView => HasUnpublished(out _);

    public Record? View => Volatile.Read(ref _view);

    /// <summary>Puts a local write in view. Returns false when the entry was retired; gives what was visible before.</summary>
    public bool TryWrite(Record write, out bool wasVisible)
    {
        while (true)
        {
            var view = Volatile.Read(ref _view);
            wasVisible = false;
            if (view == s_retired) return false;
            wasVisible = view?.Payload is not null && (view.ExpiresAt.Ticks == 0 || view.ExpiresAt > owner.Plane.Now);
            if (write.Payload is null && !wasVisible && view is not { IsPublished: false }) return true;
            if (Interlocked.CompareExchange(ref _view, write, view) != view) continue;
            MarkDirty();
            return true;
        }
    }

    public override Record? Pending()
    {
        DirtyMark.Clear(ref Dirty);
        var view = Volatile.Read(ref _view);
        return view is { IsPublished: false } ? view : null;
    }

    public override Record NewRecord(ReadOnlySpan<byte> payload) => owner.NewRecord(payload);

    public override void EncodePayload(Record record, IBufferWriter<byte> output)
    {
        if (record.Payload != Record.InView) output.Write(record.Payload);
        else owner.ValueCodec.Encode(((ValueRecord<TValue>)record).Value(owner), output);
    }

    public override void ComponentsChanged()
    {
        while (true)
        {
            var view = Volatile.Read(ref _view);
            if (view is { IsPublished: false } && !(view.IsRemoval && Components is null)) return;
            var winner = owner.Store.LastWriter(this);
            if (winner is { ExpiresAt.Ticks: not 0 }) owner.Plane.ScheduleExpiry(this, winner.ExpiresAt);
            if (winner == view)
            {
                if (owner.ShowsAll) owner.Changed(this);
                return;
            }

            if (Interlocked.CompareExchange(ref _view, winner, view) != view) continue;
            owner.Changed(this);
            return;
        }
    }

    public override bool TryRetire()
    {
        var view = Volatile.Read(ref _view);
        return view is not { IsPublished: false } && Interlocked.CompareExchange(ref _view, s_retired, view) == view;
    }

    public Instant Expire(Instant now)
    {
        var view = Volatile.Read(ref _view);
        if (view is null || view == s_retired || view.ExpiresAt.Ticks == 0) return Instant.Never;
        if (view.ExpiresAt > now) return view.ExpiresAt;
        owner.Changed(this);
        if (!view.IsPublished || view.IsRemoval) return Instant.Never;

        // Its origin removes it for everyone; should the origin be gone, whoever still has it a while later.
        var ours = view.Origin == OriginTable.Self || now >= view.ExpiresAt + owner.ExpiryGrace;
        if (!ours) return view.ExpiresAt + owner.ExpiryGrace;
        if (Interlocked.CompareExchange(ref _view, new Record { Stamp = owner.Plane.Stamp() }, view) == view) MarkDirty();
        return Instant.Never;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryLook([MaybeNullWhen(false)] out TValue value)
    {
        var visible = Visible();
        value = visible is null ? default : visible.Value(owner);
        return visible is not null;
    }

    private void MarkDirty()
    {
        if (DirtyMark.TrySet(ref Dirty)) owner.Plane.MarkDirty(this);
        else owner.Plane.Coalesced();
    }
}
