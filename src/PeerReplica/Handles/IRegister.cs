using System.Diagnostics.CodeAnalysis;

namespace PeerReplica;

/// <summary>
/// One value; of writes that did not see each other the last wins, by hybrid logical clock (Kulkarni et al., 2014), then by origin.
/// Clearing removes what it has seen: a write that the clearing replica had not seen survives it.
/// </summary>
/// <typeparam name="T">The value's type. Objects read from a register are shared: treat them as immutable.</typeparam>
public interface IRegister<T> : IReplicatedObject
{
    /// <summary>The value, or <see langword="default"/> when there is none.</summary>
    /// <exception cref="ReplicaSerializationException">The bytes that a peer sent cannot be read here.</exception>
    T? Value { get; }

    /// <summary>Reads the value, if there is one.</summary>
    /// <exception cref="ReplicaSerializationException">The bytes that a peer sent cannot be read here.</exception>
    bool TryGetValue([MaybeNullWhen(false)] out T value);

    /// <summary>Sets the value.</summary>
    /// <exception cref="ReplicaSerializationException">The value cannot be serialized, or does not survive it; nothing was published.</exception>
    /// <exception cref="ArgumentException">The value is <see langword="null"/> or over <see cref="PeerReplicaOptions.MaxValueBytes"/>.</exception>
    /// <exception cref="ChangeRefusedException">The object's validator refused it; nothing was written.</exception>
    void Set(T value);

    /// <summary>Removes the value. Returns whether there was one.</summary>
    bool Clear();

    /// <summary>Sets, and returns when as many replicas as <paramref name="concern"/> asks for hold the value.</summary>
    /// <exception cref="WriteConcernException">Too few confirmed in time. The write stays.</exception>
    /// <exception cref="ChangeRefusedException">The object's validator refused it; nothing was written.</exception>
    Task SetAsync(T value, WriteConcern concern, CancellationToken cancellationToken = default);

    /// <summary>Clears, and returns when as many replicas as <paramref name="concern"/> asks for know it.</summary>
    /// <exception cref="WriteConcernException">Too few confirmed in time. The removal stays.</exception>
    Task<bool> ClearAsync(WriteConcern concern, CancellationToken cancellationToken = default);

    /// <summary>The value, or that there is none, after pulling what as many replicas as <paramref name="concern"/> asks for hold.</summary>
    /// <exception cref="ReadConcernException">Too few answered in time.</exception>
    /// <exception cref="ReplicaSerializationException">There is a value, but the bytes that a peer sent cannot be read here.</exception>
    Task<ReadResult<T>> GetAsync(ReadConcern concern, CancellationToken cancellationToken = default);

    /// <summary>The value now (<see langword="default"/> when there is none), then after every change; a slow reader gets the latest. A value that cannot be read here is passed over, and the watch goes on.</summary>
    IAsyncEnumerable<T?> WatchAsync(CancellationToken cancellationToken = default) =>
        WatchAsync(WatchStart.Current, cancellationToken);

    /// <summary>As the other overload, and begins as <paramref name="start"/> says.</summary>
    IAsyncEnumerable<T?> WatchAsync(WatchStart start, CancellationToken cancellationToken = default);
}
