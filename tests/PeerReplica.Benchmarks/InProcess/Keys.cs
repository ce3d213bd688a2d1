using System.Globalization;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>The keys: numbers that are spread over all 64 bits, or the same as text of 16 characters. Values are such numbers too, 8 bytes.</summary>
internal static class Keys
{
    public static long Number(int index) => unchecked((long)((ulong)(index + 1) * 0x9E3779B97F4A7C15));

    /// <summary>A new object each time, as an app's key comes from a request: it is never the object that the map holds.</summary>
    public static TKey Of<TKey>(int index)
    {
        var number = Number(index);
        return typeof(TKey) == typeof(string) ? (TKey)(object)number.ToString("x16", CultureInfo.InvariantCulture) : (TKey)(object)number;
    }
}
