using MessagePack;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Hosting.LocalPlane;

/// <summary>The entry of an object's account records, one for each replica. App threads mark it dirty; the loop asks the account what there is to tell.</summary>
internal sealed class AccountEntry(EscrowObject owner, ILocalPlane plane) : Entry
{
    public override EscrowObject Owner => owner;

    public bool IsMarked => DirtyMark.IsQueued(ref Dirty);

    public void MarkDirty() => DirtyMark.TrySet(ref Dirty, this, plane);

    public override void EncodeKey(ref MessagePackWriter output) => output.WriteNil();

    public override Record? Pending(ulong sequence)
    {
        DirtyMark.Clear(ref Dirty);
        if (owner.Account is not { IsStale: true } account) return null;
        var payload = new FrameBuffer();
        var output = new MessagePackWriter(payload);
        account.Tell(sequence).Encode(ref output);
        output.Flush();
        var write = new SideRecord { Payload = payload.Written.ToArray(), Stamp = plane.Stamp(), Sequence = sequence };
        write.BelongTo(this);
        return write;
    }

    public override void EndChange()
    {
    }

    public override bool TryRetire() => false;
}
