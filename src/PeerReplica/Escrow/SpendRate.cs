using PeerReplica.Causality;

namespace PeerReplica.Escrow;

/// <summary>How fast an account spends, as far as its net tells from time to time. Immutable.</summary>
/// <param name="At">When the net was looked at last.</param>
/// <param name="Net">What it was.</param>
/// <param name="PerSecond">What was spent in a second, of late.</param>
internal readonly record struct SpendRate(Instant At, long Net, double PerSecond)
{
    /// <summary>Over how long it is taken.</summary>
    private static readonly TimeSpan s_over = TimeSpan.FromMilliseconds(100);

    /// <summary>An idle account counts as one that spends this part of what the other does: the next customer may come there.</summary>
    private const double IdlePart = 0.125;

    /// <summary>
    /// Below this an account is idle. Each replica takes the spend rates by looks of its own: were they to die away for ever, two could each take the other for the faster, and the
    /// last unit would go to and fro.
    /// </summary>
    private const double Idle = 0.5;

    /// <summary>The spend rate after another look, if it is time for one.</summary>
    public SpendRate Noted(Instant now, long net)
    {
        if (At.Ticks == 0) return new SpendRate(now, net, 0);
        var elapsed = now - At;
        if (elapsed < s_over) return this;
        var latest = Math.Max(0, net - Net) / elapsed.TotalSeconds;

        // The longer since the last look, the less what was before counts.
        var spendRate = PerSecond + ((latest - PerSecond) * (elapsed / (elapsed + s_over)));
        return new SpendRate(now, net, spendRate < Idle ? 0 : spendRate);
    }

    /// <summary>What of a total is due to an account of this spend rate beside one of another. What cannot be halved stays with the other, unless that is the slower.</summary>
    public long ShareBeside(SpendRate other, long total)
    {
        var (mine, others) = (Math.Max(PerSecond, other.PerSecond * IdlePart), Math.Max(other.PerSecond, PerSecond * IdlePart));
        if (others <= 0) return total / 2;
        var share = total * (mine / (mine + others));
        return Math.Clamp((long)(mine > others ? Math.Ceiling(share) : share), 0, total);
    }
}
