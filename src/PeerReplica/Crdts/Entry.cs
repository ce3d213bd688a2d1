using MessagePack;

namespace PeerReplica.Crdts;

/// <summary>
/// One key of one object: the records of the origins that wrote it. It is one of them itself, which most have only one of; the others stand beside it. What an app sees is its view,
/// which the implementing class keeps where app threads read and write; the loop tells it when the records change.
/// <list type="number">
/// <item>The components hold at most one record for each origin.</item>
/// <item>A write by the app that is not yet published is not among the components; it is <see cref="Pending"/>.</item>
/// </list>
/// </summary>
internal abstract class Entry : Record
{
    /// <summary>The key's hash, for a table of entries. Here, where there is room for it between the other fields.</summary>
    public uint KeyHash;

    /// <summary>For views that app threads read while it changes: odd meanwhile, and another number after.</summary>
    protected int Version;

    public sealed override Entry Parent => this;

    /// <summary>The mark that an app's write waits for the loop.</summary>
    public ref byte WriteMark => ref Dirty;

    /// <summary>Whether the store has it on its list of entries with something to collect. Loop only.</summary>
    public bool IsQueuedForCollection
    {
        get => Has(RecordMarks.QueuedForCollection);
        set => Mark(RecordMarks.QueuedForCollection, value);
    }

    /// <summary>The first component; the rest follow <see cref="Record.NextComponent"/>. Loop only.</summary>
    public Record? Components => IsComponent ? this : NextComponent;

    /// <summary>The object it belongs to.</summary>
    public abstract EntryOwner Owner { get; }

    /// <summary>The identity of the object it belongs to.</summary>
    public ObjectIdentity Object => Owner.Identity;

    /// <summary>Writes the key, exactly one MessagePack value.</summary>
    public abstract void EncodeKey(ref MessagePackWriter output);

    /// <summary>
    /// The app's latest write, if it has no dot yet: it is given this sequence number, and the app does not change it any more. It is used up once it is a component, or found to be of
    /// no use, and the change is ended. Loop only.
    /// </summary>
    public abstract Record? Pending(ulong sequence);

    /// <summary>Whether a write may wait that has no dot yet.</summary>
    public virtual bool HasUnpublished => true;

    /// <summary>A write of the class that the object's view needs, for a value that arrived. It is used up once it is a component. Loop only.</summary>
    public virtual DetachedRecord Arrived(ReadOnlySpan<byte> payload) => new() { Payload = payload.ToArray() };

    /// <summary>A record for a component that does not stand in the entry.</summary>
    public virtual DetachedRecord NewComponent()
    {
        var record = new DetachedRecord();
        record.BelongTo(this);
        return record;
    }

    /// <summary>Makes one of the entry's records what another is. Loop only.</summary>
    public virtual void Put(Record target, Record source) => target.Become(source);

    /// <summary>Whether a write that is not yet published stands in the entry itself. Loop only, between <see cref="BeginChange"/> and <see cref="EndChange"/>.</summary>
    public virtual bool IsTaken => false;

    /// <summary>
    /// Makes the entry what a component beside it is, if a write that is not yet published does not stand there; returns whether it is. What is seen stays the same. Loop only.
    /// </summary>
    public virtual bool TryTakeIn(Record side)
    {
        Put(this, side);
        return true;
    }

    /// <summary>Writes the payload of one of the entry's records that is no removal.</summary>
    public virtual void EncodePayload(Record record, ref MessagePackWriter output) => output.WriteRaw(record.Payload);

    /// <summary>Called before the components change: until <see cref="EndChange"/> nobody looks at them.</summary>
    public virtual void BeginChange()
    {
    }

    /// <summary>Brings the view in line with the components. Leaves a pending write visible.</summary>
    public abstract void EndChange();

    /// <summary>Ends the entry's life if the app has not written to it: after <see langword="true"/> no app write reaches it.</summary>
    public abstract bool TryRetire();

    /// <summary>Whether no record observes another, so that none ends another.</summary>
    public virtual bool IsAdditive => false;

    /// <summary>The index of the records, if there are many; null otherwise. Loop only.</summary>
    public ComponentIndex? Index => Has(RecordMarks.Indexed) ? Owner.IndexOf(this) : null;

    /// <summary>Called when a record is no longer one of the entry's; what it was can still be read.</summary>
    public virtual void ComponentRemoved(Record record)
    {
    }

    /// <summary>
    /// An origin's record; null if it has none. A large entry gets its index here, the first time that the walk is long.
    /// </summary>
    public Record? Component(int origin)
    {
        if (Index is { } index) return index.Find(origin);
        var walked = 0;
        for (var record = Components; record is not null; record = record.NextComponent)
        {
            if (record.Origin == origin) return record;
            if (++walked > ComponentIndex.BuiltAbove) return AddIndex().Find(origin);
        }

        return null;
    }

    /// <summary>Drops the index once few records are left.</summary>
    public void DropIndexIfSmall()
    {
        if (Index is not { Count: < ComponentIndex.DroppedBelow }) return;
        Mark(RecordMarks.Indexed, false);
        Owner.DropIndex(this);
    }

    private ComponentIndex AddIndex()
    {
        Mark(RecordMarks.Indexed, true);
        return Owner.AddIndex(this);
    }

    /// <summary>What a record is now, to be kept while it changes. Loop only.</summary>
    public DetachedRecord Copy(Record record)
    {
        var copy = NewComponent();
        Put(copy, record);
        return copy;
    }
}
