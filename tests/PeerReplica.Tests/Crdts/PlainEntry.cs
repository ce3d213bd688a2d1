using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using Record = PeerReplica.Crdts.Record;

namespace PeerReplica.Tests.Crdts;

/// <summary>An entry without a view, for tests of what all entries have in common.</summary>
internal sealed class PlainEntry(bool isAdditive = false) : Entry
{
    private readonly PlainOwner _owner = new();

    public override EntryOwner Owner => _owner;

    public override bool IsAdditive => isAdditive;

    /// <summary>Whether a write that has no dot yet stands in the entry.</summary>
    public bool HasWriteInPlace { get; set; }

    public override bool IsTaken => HasWriteInPlace;

    /// <summary>Calls of <see cref="Entry.ComponentRemoved"/>, in order.</summary>
    public List<(Record Record, int Origin)> Removals { get; } = [];

    /// <summary>The components, in their order.</summary>
    public List<Record> All
    {
        get
        {
            var all = new List<Record>();
            for (var record = Components; record is not null; record = record.NextComponent) all.Add(record);
            return all;
        }
    }

    public static DetachedRecord Write(int origin, ulong sequence, HybridTimestamp stamp = default, byte[]? payload = null, params Dot[] observed) =>
        new()
        {
            Origin = origin,
            Sequence = sequence,
            Stamp = stamp,
            Payload = payload ?? [1],
            Observed = observed.Length == 0 ? null : observed,
        };

    /// <summary>Merges a write; returns the dots of the records that died of it.</summary>
    public List<Dot> Merge(DetachedRecord write, out int killed)
    {
        write.BelongTo(this);
        var died = new List<Dot>();
        var placed =
            global::PeerReplica.Crdts.Components.Put(this, Component(write.Origin), write, r => died.Add(r.Dot), out killed);
        Assert.Equal(write.Dot, placed.Dot);
        return died;
    }

    public override void EncodeKey(ref MessagePackWriter output) => output.Write(1);

    public override Record? Pending(ulong sequence) => null;

    public override void EndChange()
    {
    }

    public override bool TryRetire() => true;

    public override bool TryTakeIn(Record side) => !HasWriteInPlace && base.TryTakeIn(side);

    public override void ComponentRemoved(Record record) => Removals.Add((record, record.Origin));

    private sealed class PlainOwner() : EntryOwner(new ObjectIdentity("plain", ObjectKind.Map, "string"));
}
