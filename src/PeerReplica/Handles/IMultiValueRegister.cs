namespace PeerReplica;

/// <summary>
/// A register that shows conflicts: of writes that did not see each other all values are kept, until the next write, which replaces what it has seen.
/// (Shapiro et al., 2011: MV-register.)
/// </summary>
/// <typeparam name="T">The value's type. Objects read from a register are shared: treat them as immutable.</typeparam>
public interface IMultiValueRegister<T> : IReplicatedObject
{
    /// <summary>The values: none, one, or one for each write that did not see the others, newest first. Values that a peer wrote and that cannot be read here are passed over, counted, and logged once.</summary>
    IReadOnlyList<T> Values { get; }

    /// <summary>Sets the value, replacing all that are visible here.</summary>
    /// <exception cref="ReplicaSerializationException">The value cannot be serialized, or does not survive it; nothing was published.</exception>
    /// <exception cref="ArgumentException">The value is <see langword="null"/> or over <see cref="PeerReplicaOptions.MaxValueBytes"/>.</exception>
    /// <exception cref="ChangeRefusedException">The object's validator refused it; nothing was written.</exception>
    void Set(T value);

    /// <summary>Removes all values that are visible here. Returns whether there was one.</summary>
    bool Clear();

    /// <summary>Sets, and returns when as many replicas as <paramref name="concern"/> asks for hold the value.</summary>
    /// <exception cref="WriteConcernException">Too few confirmed in time. The write stays.</exception>
    /// <exception cref="ChangeRefusedException">The object's validator refused it; nothing was written.</exception>
    Task SetAsync(T value, WriteConcern concern, CancellationToken cancellationToken = default);

    /// <summary>Clears, and returns when as many replicas as <paramref name="concern"/> asks for know it.</summary>
    /// <exception cref="WriteConcernException">Too few confirmed in time. The removal stays.</exception>
    Task<bool> ClearAsync(WriteConcern concern, CancellationToken cancellationToken = default);

    /// <summary>The values after pulling what as many replicas as <paramref name="concern"/> asks for hold.</summary>
    /// <exception cref="ReadConcernException">Too few answered in time.</exception>
    Task<IReadOnlyList<T>> GetAsync(ReadConcern concern, CancellationToken cancellationToken = default);

    /// <summary>The values now, then after every change; a slow reader gets the latest.</summary>
    IAsyncEnumerable<IReadOnlyList<T>> WatchAsync(CancellationToken cancellationToken = default) =>
        WatchAsync(WatchStart.Current, cancellationToken);

    /// <summary>As the other overload, and begins as <paramref name="start"/> says.</summary>
    IAsyncEnumerable<IReadOnlyList<T>> WatchAsync(WatchStart start, CancellationToken cancellationToken = default);
}
