using MessagePack;
using PeerReplica.Crdts;

namespace PeerReplica.Replication;

/// <summary>An entry without a view. A write by the core itself is set as <see cref="PendingWrite"/> and published at once.</summary>
internal sealed class OpaqueEntry(OpaqueObject owner, byte[] key) : Entry
{
    public byte[] Key { get; } = key;

    public DetachedRecord? PendingWrite { get; set; }

    public override OpaqueObject Owner => owner;

    public override void EncodeKey(ref MessagePackWriter output) => output.WriteRaw(Key);

    public override Record? Pending(ulong sequence)
    {
        if (PendingWrite is null) return null;
        PendingWrite.BelongTo(this);
        PendingWrite.Sequence = sequence;
        return PendingWrite;
    }

    public override void EndChange()
    {
        if (PendingWrite is { IsPublished: true }) PendingWrite = null;
        owner.OnChanged(this);
    }

    public override bool TryRetire() => PendingWrite is null;
}
