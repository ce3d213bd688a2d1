using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Hosting.Handles;

/// <summary>Compares elements by their encoded bytes, as the set itself does.</summary>
internal sealed class ElementComparer<T>(KeyedObject<T, UnitKey> inner) : IEqualityComparer<T>
    where T : notnull
{
    /// <summary>How a set's elements compare: where the type is native, the framework's equality is that of the bytes.</summary>
    public static IEqualityComparer<T>? Of(KeyedObject<T, UnitKey> inner) =>
        inner.KeyCodec.IsNative ? KeyComparers.For<T>() : new ElementComparer<T>(inner);

    public bool Equals(T? x, T? y)
    {
        if (x is null || y is null) return x is null && y is null;
        var first = inner.EncodeKey(x).ToArray();
        return inner.EncodeKey(y).SequenceEqual(first);
    }

    public int GetHashCode(T obj)
    {
        var hash = default(HashCode);
        hash.AddBytes(inner.EncodeKey(obj));
        return hash.ToHashCode();
    }
}
