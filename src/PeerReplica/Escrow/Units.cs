namespace PeerReplica.Escrow;

/// <summary>
/// Arithmetic with numbers of units that callers and peers can choose.
/// <list type="number">
/// <item>No number in a record is further from zero than <see cref="Max"/>: a record with one is malformed. So up to three of them can be added without overflow.</item>
/// <item>Longer sums saturate. A saturated inflow is less than what there is, so nothing can be taken that does not exist.</item>
/// </list>
/// </summary>
internal static class Units
{
    /// <summary>The furthest from zero that a number in a record may be: 32 times the widest range of a counter.</summary>
    public const long Max = 1L << 61;

    /// <summary>The most that may come back to one replica beyond what was taken there, where no ceiling bounds returns.</summary>
    public const long MaxReturned = 1L << 58;

    public static bool Admits(long units) => units is >= -Max and <= Max;

    public static long Clamp(Int128 units) => (long)Int128.Clamp(units, -Max, Max);

    /// <summary>A sum that saturates at <see cref="Max"/>.</summary>
    public static long Add(long a, long b) => Clamp((Int128)a + b);

    /// <summary>A value for callers: the whole range of a long.</summary>
    public static long Saturate(Int128 value) => (long)Int128.Clamp(value, long.MinValue, long.MaxValue);
}
