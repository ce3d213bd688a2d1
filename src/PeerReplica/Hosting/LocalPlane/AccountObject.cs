using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;

namespace PeerReplica.Hosting.LocalPlane;

/// <summary>What bounded counters and pools have in common: one entry with the replicas' account records, and what is asked about claims.</summary>
internal abstract class AccountObject : EscrowObject
{
    private readonly ILocalPlane _plane;
    private readonly AccountEntry _entry;

    protected AccountObject(string name, ObjectKind kind, ILocalPlane plane)
        : base(new ObjectIdentity(name, kind, ""))
    {
        _plane = plane;
        _entry = new AccountEntry(this, plane);
        Watchers = new WatcherSet<UnitKey>(plane);
        Claims = new ClaimOperations(plane.Schedule);
    }

    public WatcherSet<UnitKey> Watchers { get; }

    /// <summary>What is asked of the authorities over claims.</summary>
    public ClaimOperations Claims { get; }

    public override Entry AccountEntry => _entry;

    public override bool IsKey(ReadOnlySpan<byte> key) => key is [MessagePackCode.Nil];

    public override Entry? Find(ReadOnlySpan<byte> key) => _entry;

    public override Entry EntryOf(ReadOnlySpan<byte> key) => _entry;

    public override void Remove(Entry entry)
    {
    }

    /// <summary>Whether a broadcast will look at the account anyway.</summary>
    protected bool IsMarked => _entry.IsMarked;

    protected void MarkDirty() => _entry.MarkDirty();

    protected void ThrowIfClosed() => _plane.ThrowIfClosed();

    /// <summary>Looks for answers about claims. Loop only.</summary>
    protected void LookForAnswers() => Claims.Look(Account!.Desk.Book, Port, Engine!, Store.Origins[OriginTable.Self], _plane.Now);
}
