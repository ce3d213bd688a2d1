using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>Collection and the return of memory, on the timer, with or without links; what follows from a standstill.</summary>
internal sealed partial class ReplicaCore
{
    private const int CollectionBudget = 20_000;

    /// <summary>Whether something has happened since the last collection that may let it collect more: a report of a peer, a member or link that is gone.</summary>
    private bool _mayCollect;

    private long _queuedBefore;
    private Instant _collectAt = Instant.Never;

    /// <summary>
    /// Collects what every member has seen, at most once in a heartbeat interval. Without anything new to collect, and without news of what the members contain, it does not wake the replica.
    /// </summary>
    private void TendMaintenance()
    {
        DropSpares();
        if (Store.CollectionQueueLength == 0)
        {
            _collectAt = Instant.Never;
            return;
        }

        if (!_mayCollect && Store.EverQueuedForCollection == _queuedBefore) return;
        if (_collectAt == Instant.Never) _collectAt = _now + _options.HeartbeatInterval;
        if (_now < _collectAt)
        {
            WakeToCollect();
            return;
        }

        // What is left over the budget, or behind a transfer on its way, is looked at an interval later.
        _mayCollect = !Store.Collect(StableVector(), CollectionBudget);
        _queuedBefore = Store.EverQueuedForCollection;
        _collectAt = _now + _options.HeartbeatInterval;
        if (_mayCollect) WakeToCollect();
    }

    /// <summary>Heartbeats wake the replica often enough, where there are links.</summary>
    private void WakeToCollect()
    {
        if (_deadline > _collectAt + _options.HeartbeatInterval) WakeAt(_collectAt);
    }

    /// <summary>
    /// This replica was to wake long ago: its process or machine stood still, and during that time it could hear of nobody. What it takes for silence of others begins anew, so that it neither
    /// closes links whose frames wait to be read nor forgets members for its own absence.
    /// </summary>
    private void RestartSilence(Instant now)
    {
        foreach (var link in _links.InOrder()) (link.LastHeard, link.StagingSince, link.PartSentAt) = (now, now, now);
        foreach (var member in _memberTable.InOrder()) member.LastEvidence = now;
    }

    /// <summary>Drops the buffers of large transfers once none has arrived for a heartbeat interval.</summary>
    private void DropSpares()
    {
        if (_spares.Count == 0) return;
        var until = _sparesUsedAt + _options.HeartbeatInterval;
        if (_now >= until) _spares.Clear();
        else WakeAt(until);
    }
}
