using PeerReplica.Replication;

namespace PeerReplica.Hosting.LocalPlane;

/// <summary>Compares keys as their encodings compare, where the framework's equality is coarser.</summary>
internal static class KeyComparers
{
    public static IEqualityComparer<TKey>? For<TKey>()
    {
        if (typeof(TKey) == typeof(byte[])) return (IEqualityComparer<TKey>)(object)KeyBytesComparer.Instance;
        if (typeof(TKey) == typeof(DateTime)) return (IEqualityComparer<TKey>)(object)s_dateTime;
        if (typeof(TKey) == typeof(DateTimeOffset)) return (IEqualityComparer<TKey>)(object)s_dateTimeOffset;
        return null;
    }

    private static readonly IEqualityComparer<DateTime> s_dateTime =
        EqualityComparer<DateTime>.Create((a, b) => a.Ticks == b.Ticks && a.Kind == b.Kind, v => v.GetHashCode());

    private static readonly IEqualityComparer<DateTimeOffset> s_dateTimeOffset =
        EqualityComparer<DateTimeOffset>.Create((a, b) => a.EqualsExact(b), v => v.GetHashCode());
}
