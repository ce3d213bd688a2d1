using PeerReplica.Causality;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// The round trip of one link, measured by heartbeats alone: each carries a ping, and the echo of the last ping that came in with how long it was held. The time since the ping was sent, less the
/// time it was held, is the way there and back, as with TCP's timestamps (RFC 7323, section 4) and NTP (RFC 5905, section 8).
/// <list type="number">
/// <item>A measured round trip is never negative, whatever the peer says.</item>
/// <item>Each ping is echoed once, and an echo counts once: a repeated frame measures nothing.</item>
/// <item>Only echoes of the last few pings count, so that memory is bounded.</item>
/// </list>
/// It does not promise the truth: a peer that says it held a ping for longer than it did seems nearer than it is, and where its clock runs faster or slower the difference over the time held is in the measure.
/// </summary>
internal sealed class RoundTripMeter
{
    /// <summary>A peer echoes the last ping that it has, so an echo is one heartbeat interval and the way old at most: with four it is measured up to a way of three intervals.</summary>
    private const int Remembered = 4;

    private readonly Instant[] _sentAt = new Instant[Remembered];
    private ulong _lastPing;
    private ulong _pingHeld;
    private Instant _heldSince;

    /// <summary>The latest measure; null before the first.</summary>
    public TimeSpan? Latest { get; private set; }

    /// <summary>The number of the next ping, which is sent now.</summary>
    public ulong NextPing(Instant now)
    {
        _sentAt[++_lastPing % Remembered] = now;
        return _lastPing;
    }

    /// <summary>The echo to send now.</summary>
    public PingEcho TakeEcho(Instant now)
    {
        if (_pingHeld == 0) return default;
        var echo = new PingEcho(_pingHeld, (ulong)((now - _heldSince).Ticks / TimeSpan.TicksPerMicrosecond));
        _pingHeld = 0;
        return echo;
    }

    /// <summary>A ping came in: the next heartbeat echoes it.</summary>
    public void Received(ulong ping, Instant now) => (_pingHeld, _heldSince) = (ping, now);

    /// <summary>An echo came in.</summary>
    public void Received(PingEcho echo, Instant now)
    {
        if (echo.Ping == 0 || echo.Ping > _lastPing || _lastPing - echo.Ping >= Remembered) return;
        ref var sentAt = ref _sentAt[echo.Ping % Remembered];
        if (sentAt == Instant.Never) return;
        var elapsed = now - sentAt;
        if (echo.HeldMicroseconds > (ulong)(elapsed.Ticks / TimeSpan.TicksPerMicrosecond)) return;
        Latest = elapsed - TimeSpan.FromMicroseconds((long)echo.HeldMicroseconds);
        sentAt = Instant.Never;
    }
}
