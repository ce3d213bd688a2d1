namespace PeerReplica;

/// <summary>A switch in which enabling wins: disabling undoes the enablings it has seen, and one that it had not seen survives.</summary>
public interface IFlag : IReplicatedObject
{
    /// <summary>Whether it is enabled, as far as it is known here.</summary>
    bool IsEnabled { get; }

    /// <summary>Enables. Returns whether it was disabled here.</summary>
    bool Enable();

    /// <summary>Disables. Returns whether it was enabled here.</summary>
    bool Disable();

    /// <summary>Enables or disables, and returns when as many replicas as <paramref name="concern"/> asks for know it.</summary>
    /// <exception cref="WriteConcernException">Too few confirmed in time. The change stays.</exception>
    Task SetAsync(bool enabled, WriteConcern concern, CancellationToken cancellationToken = default);

    /// <summary>The state after pulling what as many replicas as <paramref name="concern"/> asks for hold.</summary>
    /// <exception cref="ReadConcernException">Too few answered in time.</exception>
    Task<bool> GetAsync(ReadConcern concern, CancellationToken cancellationToken = default);

    /// <summary>The state now, then after every change; a slow reader gets the latest.</summary>
    IAsyncEnumerable<bool> WatchAsync(CancellationToken cancellationToken = default) =>
        WatchAsync(WatchStart.Current, cancellationToken);

    /// <summary>As the other overload, and begins as <paramref name="start"/> says.</summary>
    IAsyncEnumerable<bool> WatchAsync(WatchStart start, CancellationToken cancellationToken = default);
}
