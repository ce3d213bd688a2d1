using MessagePack;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Hosting.LocalState;

/// <summary>The entry of an object's account records, one for each replica. App threads mark it dirty; the loop asks the account what there is to tell.</summary>
internal sealed class AccountEntry(EscrowObject owner, ILocalState localState) : Entry
{
    public override EscrowObject Owner => owner;

    public bool IsMarked => DirtyFlag.IsQueued(ref Dirty);

    public void MarkDirty() => DirtyFlag.TrySet(ref Dirty, this, localState);

    public override void EncodeKey(ref MessagePackWriter output) => output.WriteNil();

    public override Record? Pending(ulong sequence)
    {
        DirtyFlag.Clear(ref Dirty);
        if (owner.Account is not { IsStale: true } account) return null;
        var payload = new FrameBuffer();
        var output = new MessagePackWriter(payload);
        account.ToRecord(sequence).Encode(ref output);
        output.Flush();
        var write = new DetachedRecord { Payload = payload.Written.ToArray(), Stamp = localState.Stamp(), Sequence = sequence };
        write.BelongTo(this);
        return write;
    }

    public override void EndChange()
    {
    }

    public override bool TryRetire() => false;
}
