using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;

namespace PeerReplica.Hosting.LocalState;

/// <summary>What bounded counters and pools have in common: one entry with the replicas' account records, and what is asked about reservations.</summary>
internal abstract class AccountObject : EscrowObject
{
    private readonly ILocalState _localState;
    private readonly AccountEntry _entry;

    protected AccountObject(string name, ObjectKind kind, ILocalState localState)
        : base(new ObjectIdentity(name, kind, ""))
    {
        _localState = localState;
        _entry = new AccountEntry(this, localState);
        Watchers = new WatcherSet<UnitKey>(localState);
        Reservations = new ReservationOperations(localState.Schedule);
    }

    public WatcherSet<UnitKey> Watchers { get; }

    /// <summary>What is asked of the authorities over reservations.</summary>
    public ReservationOperations Reservations { get; }

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

    protected void ThrowIfClosed() => _localState.ThrowIfClosed();

    /// <summary>Looks for answers about reservations. Loop only.</summary>
    protected void LookForAnswers() => Reservations.Look(Account!.Authority.Index, Port, Engine!, Store.Origins[OriginTable.Self], _localState.Now);
}
