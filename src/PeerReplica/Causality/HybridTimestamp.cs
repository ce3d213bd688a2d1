using System.Globalization;

namespace PeerReplica.Causality;

/// <summary>
/// A hybrid logical timestamp (Kulkarni et al., "Logical Physical Clocks", 2014): 48 bits of wall-clock milliseconds since 1970, 16 bits of
/// counter. It decides which of two writes that did not see each other wins, and nothing else.
/// </summary>
internal readonly record struct HybridTimestamp(ulong Bits) : IComparable<HybridTimestamp>
{
    private const int CounterBits = 16;

    public HybridTimestamp(long wallMilliseconds, ushort counter)
        : this(((ulong)wallMilliseconds << CounterBits) | counter)
    {
    }

    public static HybridTimestamp Zero => default;

    public long WallMilliseconds => (long)(Bits >> CounterBits);

    public ushort Counter => (ushort)Bits;

    public HybridTimestamp Next => new(Bits + 1);

    public int CompareTo(HybridTimestamp other) => Bits.CompareTo(other.Bits);

    public static HybridTimestamp Max(HybridTimestamp a, HybridTimestamp b) => a.Bits >= b.Bits ? a : b;

    public static HybridTimestamp Min(HybridTimestamp a, HybridTimestamp b) => a.Bits <= b.Bits ? a : b;

    /// <summary>Milliseconds and counter. Said here, since what is said by default tells the next one too, and so on for ever.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{WallMilliseconds}+{Counter}");

    public static bool operator <(HybridTimestamp a, HybridTimestamp b) => a.Bits < b.Bits;

    public static bool operator >(HybridTimestamp a, HybridTimestamp b) => a.Bits > b.Bits;

    public static bool operator <=(HybridTimestamp a, HybridTimestamp b) => a.Bits <= b.Bits;

    public static bool operator >=(HybridTimestamp a, HybridTimestamp b) => a.Bits >= b.Bits;
}
