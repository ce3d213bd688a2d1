using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>A throttle that lets the first event after silence through at once, and after that at most one in each interval.</summary>
internal sealed class LeadingEdgeThrottle(TimeSpan interval)
{
    private Instant _readyAt = new(long.MinValue);

    /// <summary>When the next event may happen.</summary>
    public Instant ReadyAt => _readyAt;

    public bool IsReady(Instant now) => now >= _readyAt;

    public void Happened(Instant now) => _readyAt = now + interval;
}
