using PeerReplica.Causality;

namespace PeerReplica.Hosting.LocalState;

/// <summary>
/// An entry with values that were refused here. Their origins remove them when they expire; whoever still has them a while
/// later does so too, as with those that are seen.
/// </summary>
internal sealed class RefusedEntry<TKey, TValue>(KeyedObject<TKey, TValue> owner, KeyedEntry<TKey, TValue> entry) : IExpiring
    where TKey : notnull
{
    private bool _isScheduled;

    /// <summary>The entry's records changed. Loop only.</summary>
    public void OnChange()
    {
        var end = End();
        if (end != Instant.Never) owner.LocalState.ScheduleExpiry(this, end);
        else if (_isScheduled) owner.LocalState.CancelExpiry(this);
        _isScheduled = end != Instant.Never;
    }

    /// <summary>Nothing is refused any more. Loop only.</summary>
    public void Dispose()
    {
        if (_isScheduled) owner.LocalState.CancelExpiry(this);
        _isScheduled = false;
    }

    public Instant Expire(Instant now)
    {
        var end = End();
        if (end > now) return end;

        // With a value in view the entry's own expiry or the next write takes the refused along.
        if (entry.View is null) entry.TryRemove(null);
        _isScheduled = false;
        return Instant.Never;
    }

    /// <summary>When all that was refused has expired everywhere; never, where uses on other replicas may postpone that.</summary>
    private Instant End()
    {
        var end = default(Instant);
        for (var record = entry.Components; record is not null; record = record.NextComponent)
        {
            if (!record.IsLive || !record.IsRefused) continue;
            if (record.ExpiresAt.Ticks == 0 || record.Sliding is not null) return Instant.Never;
            end = Instant.Max(end, record.ExpiresAt);
        }

        return end.Ticks == 0 ? Instant.Never : end + owner.ExpiryGrace;
    }
}
