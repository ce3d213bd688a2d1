using PeerReplica.Replication;

namespace PeerReplica.Hosting.LocalState;

/// <summary>Compares keys as their encodings compare, where the framework's equality is finer.</summary>
internal static class KeyComparers
{
    public static IEqualityComparer<TKey>? For<TKey>() =>
        typeof(TKey) == typeof(byte[]) ? (IEqualityComparer<TKey>)(object)KeyBytesComparer.Instance : null;
}
