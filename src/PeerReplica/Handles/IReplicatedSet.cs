namespace PeerReplica;

/// <summary>
/// A set in which adding wins: a removal removes the additions it has seen, and an addition that it had not seen survives
/// (observed-remove set; Bieniusa et al., "An optimized conflict-free replicated set", 2012).
/// </summary>
/// <remarks>
/// Elements that another replica wrote and this one cannot read as the registered type are kept and passed on; enumerating
/// and <see cref="Count"/> pass over them, which is counted and logged once. Elements are compared by their encoded bytes,
/// which are equal where .NET calls elements equal, also where the set is compared with another collection. Such a comparison copies the set first.
/// Elements that are handed out are copies.
/// </remarks>
/// <typeparam name="T">The elements' type.</typeparam>
public interface IReplicatedSet<T> : IReplicatedObject, IReadOnlySet<T>
    where T : notnull
{
    /// <summary>The number of elements that an enumeration gives. Costs a walk over all of them, and decoding what a serializer wrote and nobody has read yet.</summary>
    new int Count { get; }

    /// <summary>Whether the element is in the set.</summary>
    new bool Contains(T item);

    /// <summary>Adds an element. Returns whether it was absent here; an addition of what is present is renewed, so that it wins over a removal elsewhere.</summary>
    /// <exception cref="ReplicaSerializationException">The element cannot be serialized, or does not survive it; nothing was published.</exception>
    /// <exception cref="ArgumentException">The element is <see langword="null"/> or over <see cref="PeerReplicaOptions.MaxKeyBytes"/>.</exception>
    /// <exception cref="ChangeRefusedException">The object's validator refused it; nothing was written.</exception>
    bool Add(T item);

    /// <summary>Removes an element. Returns whether it was present here.</summary>
    bool Remove(T item);

    /// <summary>Adds several elements, one after the other: each is atomic, all together are not. Throws as <see cref="Add"/> does; elements before the one that throws are added.</summary>
    void UnionWith(IEnumerable<T> other);

    /// <summary>Removes several elements, one after the other: each is atomic, all together are not. Additions that others make meanwhile stay.</summary>
    void ExceptWith(IEnumerable<T> other);

    /// <summary>Removes every element that is present here, readable or not, at every replica. Elements that others add meanwhile stay.</summary>
    /// <returns>Whether there was one.</returns>
    bool Clear();

    /// <summary>Adds, and returns when as many replicas as <paramref name="concern"/> asks for know it.</summary>
    /// <exception cref="WriteConcernException">Too few confirmed in time. The addition stays.</exception>
    /// <exception cref="ChangeRefusedException">The object's validator refused it; nothing was written.</exception>
    Task<bool> AddAsync(T item, WriteConcern concern, CancellationToken cancellationToken = default);

    /// <summary>Removes, and returns when as many replicas as <paramref name="concern"/> asks for know it.</summary>
    /// <exception cref="WriteConcernException">Too few confirmed in time. The removal stays.</exception>
    Task<bool> RemoveAsync(T item, WriteConcern concern, CancellationToken cancellationToken = default);

    /// <summary>Whether the element is in the set, after pulling what as many replicas as <paramref name="concern"/> asks for hold.</summary>
    /// <exception cref="ReadConcernException">Too few answered in time.</exception>
    Task<bool> ContainsAsync(T item, ReadConcern concern, CancellationToken cancellationToken = default);

    /// <summary>
    /// Every element as <see cref="SetChangeKind.Added"/>, then every change since the enumeration began, as
    /// <see cref="IReplicatedMap{TKey, TValue}.WatchAsync(CancellationToken)"/> does it.
    /// </summary>
    IAsyncEnumerable<SetChange<T>> WatchAsync(CancellationToken cancellationToken = default) =>
        WatchAsync(WatchStart.Current, cancellationToken);

    /// <summary>As the other overload, and begins as <paramref name="start"/> says.</summary>
    IAsyncEnumerable<SetChange<T>> WatchAsync(WatchStart start, CancellationToken cancellationToken = default);
}
