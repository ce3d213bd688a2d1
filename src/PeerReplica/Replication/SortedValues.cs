namespace PeerReplica.Replication;

/// <summary>A sorted list's values in their order, for a walk that allocates nothing: steps walk through links and members all the time.</summary>
internal readonly struct SortedValues<TKey, TValue>(SortedList<TKey, TValue> list)
    where TKey : notnull
{
    public Enumerator GetEnumerator() => new(list);

    public struct Enumerator(SortedList<TKey, TValue> list)
    {
        private int _next;

        public readonly TValue Current => list.GetValueAtIndex(_next - 1);

        public bool MoveNext() => _next++ < list.Count;
    }
}

internal static class SortedValuesExtensions
{
    /// <summary>The values in the order of their keys. The list must not change meanwhile.</summary>
    public static SortedValues<TKey, TValue> InOrder<TKey, TValue>(this SortedList<TKey, TValue> list)
        where TKey : notnull => new(list);
}
