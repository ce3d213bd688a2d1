using System.Buffers;

namespace PeerReplica.Crdts;

/// <summary>
/// One key of one object: the records of the origins that wrote it. What an app sees of it is its view, which the implementing class keeps
/// where app threads read and write; the loop tells it when the records have changed.
/// <list type="number">
/// <item>The components hold at most one record for each origin.</item>
/// <item>A write by the app that is not yet published is not among the components; it is <see cref="Pending"/>.</item>
/// </list>
/// </summary>
internal abstract class Entry
{
    /// <summary>The first component; the rest follow <see cref="Record.NextComponent"/>. Loop only.</summary>
    public Record? Components;

    /// <summary>1 while an app's write waits for the loop, for views that are told of writes. Here, where there is room for it between the other fields.</summary>
    protected byte Dirty;

    /// <summary>Whether the store has it on its list of entries with something to collect. Loop only.</summary>
    public bool AwaitsCollection;

    /// <summary>The key's hash, for a table of entries. Here, where there is room for it between the other fields.</summary>
    public uint KeyHash;

    /// <summary>The object it belongs to.</summary>
    public abstract EntryOwner Owner { get; }

    /// <summary>The identity of the object it belongs to.</summary>
    public ObjectIdentity Object => Owner.Identity;

    /// <summary>Writes the key, exactly one MessagePack value.</summary>
    public abstract void EncodeKey(IBufferWriter<byte> output);

    /// <summary>The app's latest write, if it has no dot yet.</summary>
    public abstract Record? Pending();

    /// <summary>A record of the class that the object's view needs, for a value that arrived.</summary>
    public virtual Record NewRecord(ReadOnlySpan<byte> payload) => new() { Payload = payload.ToArray() };

    /// <summary>Writes the payload of one of the entry's records that is no removal.</summary>
    public virtual void EncodePayload(Record record, IBufferWriter<byte> output) => output.Write(record.Payload);

    /// <summary>Brings the view in line with the components. Leaves a pending write visible.</summary>
    public abstract void ComponentsChanged();

    /// <summary>Ends the entry's life if the app has not written to it: after <see langword="true"/> no app write reaches it.</summary>
    public abstract bool TryRetire();

    public Record? Component(int origin)
    {
        for (var record = Components; record is not null; record = record.NextComponent)
        {
            if (record.Origin == origin) return record;
        }

        return null;
    }
}
