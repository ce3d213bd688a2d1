using PeerReplica.Causality;
using PeerReplica.Crdts;

namespace PeerReplica.Hosting.LocalState;

/// <summary>What an object needs of its replica. Thread-safe.</summary>
internal interface ILocalState
{
    /// <summary>The replica.</summary>
    ReplicaId Id { get; }

    /// <summary>The monotonic time.</summary>
    Instant Now { get; }

    /// <summary>A number of the process's own, which hash tables begin from.</summary>
    ulong Seed { get; }

    /// <summary>The stamp of a write that is made now: the wall clock, but never before what has been seen. Refuses as <see cref="ThrowIfClosed"/> does.</summary>
    HybridTimestamp Stamp();

    /// <summary>The stamp of a write in place of one that nobody has seen yet: it may say what it was up to a tick of the system before, some milliseconds.</summary>
    HybridTimestamp Restamp();

    /// <summary>Hands an entry with an unpublished write to the loop. It may be there already.</summary>
    /// <exception cref="ReplicaNotRunningException">The last broadcast has begun without the write.</exception>
    void MarkDirty(Entry entry);

    /// <summary>Refuses a write that no broadcast would take along any more. Never throws on the loop.</summary>
    /// <exception cref="ReplicaNotRunningException">The last broadcast has begun.</exception>
    void ThrowIfClosed();

    /// <summary>When and why the replica ended.</summary>
    ReplicaEnd End { get; }

    /// <summary>Asks the loop to look at an entry again when it expires. An entry is scheduled once, at the earliest time asked for. Loop only.</summary>
    void ScheduleExpiry(IExpiring entry, Instant at);

    /// <summary>Removes an entry from the expiry schedule. Loop only.</summary>
    void CancelExpiry(IExpiring entry);

    /// <summary>Runs something soon, on another thread.</summary>
    void Schedule(Action step);

    /// <summary>Runs something of the library's on the loop, unless the replica has ended. Not on the loop.</summary>
    void InStep(Action step);

    /// <summary>Reports that a change of a peer was refused by its object's validator. Loop only.</summary>
    /// <param name="objectName">The object.</param>
    /// <param name="origin">The replica that wrote the change.</param>
    /// <param name="reason">Why, fit to be shown.</param>
    /// <param name="failure">What the validator threw, if it did.</param>
    void Refused(string objectName, ReplicaId origin, string reason, Exception? failure);

    /// <summary>Counts a local write that replaced one not yet published.</summary>
    void Coalesced();

    /// <summary>Counts an entry that was removed because its map was over its limit.</summary>
    void Evicted();

    /// <summary>Counts a key or value that could not be read here, and logs the first of each object and reason.</summary>
    /// <param name="objectName">The object.</param>
    /// <param name="what">Whether it was a key or a value.</param>
    /// <param name="reason">Why.</param>
    void Unreadable(string objectName, string what, ReplicaSerializationException reason);
}
