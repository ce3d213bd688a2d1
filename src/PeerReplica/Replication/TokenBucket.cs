using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>Bytes per second, with a burst of a tenth of a second but at least one frame. A send may overdraw it; the debt is waited off.</summary>
internal sealed class TokenBucket
{
    private readonly double _bytesPerTick;
    private readonly double _burst;
    private double _tokens;
    private Instant _at;

    public TokenBucket(long bytesPerSecond, int frameBytes, Instant now)
    {
        _bytesPerTick = bytesPerSecond / (double)TimeSpan.TicksPerSecond;
        _burst = Math.Max(bytesPerSecond / 10.0, frameBytes);
        _tokens = _burst;
        _at = now;
    }

    public bool HasTokens(Instant now)
    {
        Refill(now);
        return _tokens > 0;
    }

    public void Take(int bytes, Instant now)
    {
        Refill(now);
        _tokens -= bytes;
    }

    /// <summary>When there are tokens again.</summary>
    public Instant ReadyAt(Instant now)
    {
        Refill(now);
        return _tokens > 0 ? now : now + TimeSpan.FromTicks((long)(-_tokens / _bytesPerTick) + 1);
    }

    private void Refill(Instant now)
    {
        if (now <= _at) return;
        _tokens = Math.Min(_burst, _tokens + ((now.Ticks - _at.Ticks) * _bytesPerTick));
        _at = now;
    }
}
