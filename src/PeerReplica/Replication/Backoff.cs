using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>
/// Waiting between attempts: doubling from 50 ms to 5 s, each time a random part between half and the whole, so that replicas that lost the same
/// peer do not return in step. 5 s is a guess: soon enough for a person who watches, seldom enough for a network that is down.
/// </summary>
internal sealed class Backoff(ulong seed)
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);
    private ulong _state = seed;

    public Instant After(Instant now, int failures)
    {
        var whole = Math.Min(s_longest.Ticks, s_first.Ticks << Math.Min(failures, 16));
        return now + TimeSpan.FromTicks((whole / 2) + (long)(NextRandom() % (ulong)(whole / 2)));
    }

    /// <summary>SplitMix64 (Steele, Lea and Flood, 2014).</summary>
    private ulong NextRandom()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
