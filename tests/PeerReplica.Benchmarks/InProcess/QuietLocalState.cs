using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>A local state without a host: keeps what was written to until somebody publishes it, and does nothing else. Time passes when it is set.</summary>
internal abstract class QuietLocalState : ILocalState
{
    public ReplicaId Id { get; } = new(1);

    public Instant Now { get; set; } = new(1);

    public ulong Seed => 1;

    public ReplicaEnd End { get; } = new();

    protected List<Entry> Dirty { get; } = [];

    public abstract HybridTimestamp Stamp();

    public virtual HybridTimestamp Restamp() => Stamp();

    public virtual void MarkDirty(Entry entry) => Dirty.Add(entry);

    public void ThrowIfClosed()
    {
    }

    public void ScheduleExpiry(IExpiring entry, Instant at)
    {
    }

    public void CancelExpiry(IExpiring entry)
    {
    }

    public void Schedule(Action step)
    {
    }

    public void InStep(Action step)
    {
    }

    public void Refused(string objectName, ReplicaId origin, string reason, Exception? failure)
    {
    }

    public void Coalesced()
    {
    }

    public void Evicted()
    {
    }

    public void Unreadable(string objectName, string what, ReplicaSerializationException reason)
    {
    }
}
