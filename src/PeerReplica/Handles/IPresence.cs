namespace PeerReplica;

/// <summary>One value per replica (its load, its version), that disappears when its replica does.</summary>
/// <typeparam name="T">The value's type. Objects read are shared: treat them as immutable.</typeparam>
public interface IPresence<T> : IReplicatedObject
{
    /// <summary>The values of this replica and of every peer that is up, by replica. Values that cannot be read here are passed over, counted, and logged once.</summary>
    IReadOnlyDictionary<ReplicaId, T> Values { get; }

    /// <summary>Sets this replica's value.</summary>
    /// <exception cref="ReplicaSerializationException">The value cannot be serialized, or does not survive it; nothing was published.</exception>
    /// <exception cref="ArgumentException">The value is <see langword="null"/> or over <see cref="PeerReplicaOptions.MaxValueBytes"/>.</exception>
    /// <exception cref="ChangeRefusedException">The object's validator refused it; nothing was written.</exception>
    void Set(T value);

    /// <summary>Withdraws this replica's value. Returns whether there was one.</summary>
    bool Clear();

    /// <summary>The values now, then after every change, also of who is up; a slow reader gets the latest.</summary>
    IAsyncEnumerable<IReadOnlyDictionary<ReplicaId, T>> WatchAsync(CancellationToken cancellationToken = default) =>
        WatchAsync(WatchStart.Current, cancellationToken);

    /// <summary>As the other overload, and begins as <paramref name="start"/> says.</summary>
    IAsyncEnumerable<IReadOnlyDictionary<ReplicaId, T>> WatchAsync(WatchStart start, CancellationToken cancellationToken = default);
}
