namespace PeerReplica;

/// <summary>This process's replica: its place in the cluster, and its objects by name. Thread-safe.</summary>
public interface IPeerReplica
{
    /// <summary>This replica.</summary>
    ReplicaInfo Self { get; }

    /// <summary>Whether it is running; see <see cref="Fault"/> for why it is not.</summary>
    ReplicaState State { get; }

    /// <summary>The broken invariant that stopped the replica, or <see langword="null"/>. A faulted replica neither sends nor receives; its state can still be read.</summary>
    Exception? Fault { get; }

    /// <summary>The other members that are known, in the order of their node names, then ids.</summary>
    IReadOnlyList<PeerInfo> Peers { get; }

    /// <summary>Every change of <see cref="Peers"/>' states from the beginning of the enumeration on.</summary>
    IAsyncEnumerable<PeerEvent> WatchPeersAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Returns when this replica holds everything that the peers it reached at first held, or when it is alone: no seed is configured,
    /// or none answered within <see cref="PeerReplicaOptions.SeedTimeout"/>.
    /// </summary>
    Task WaitUntilSyncedAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// A hash of the content of all replicated objects, as 16 hexadecimal digits. Two replicas that hold the same changes have the same hash; who is a
    /// member does not matter to it. Writes that are not yet published are published first.
    /// </summary>
    Task<string> GetContentHashAsync(CancellationToken cancellationToken = default);

    /// <summary>Returns when every write made here so far is held by as many replicas as <paramref name="concern"/> asks for.</summary>
    /// <exception cref="WriteConcernException">Too few confirmed in time. The writes stay.</exception>
    Task FlushAsync(WriteConcern concern, CancellationToken cancellationToken = default);

    /// <summary>Pulls what as many replicas as <paramref name="concern"/> asks for hold.</summary>
    /// <exception cref="ReadConcernException">Too few answered in time.</exception>
    Task RefreshAsync(ReadConcern concern, CancellationToken cancellationToken = default);

    /// <summary>The counter registered as <paramref name="name"/>.</summary>
    /// <exception cref="UnknownObjectException">Nothing is registered under the name.</exception>
    /// <exception cref="ObjectTypeException">Something of another type is registered under the name.</exception>
    ICounter GetCounter(string name);

    /// <summary>The register registered as <paramref name="name"/>. Throws as <see cref="GetCounter"/> does.</summary>
    IRegister<T> GetRegister<T>(string name);

    /// <summary>The multi-value register registered as <paramref name="name"/>. Throws as <see cref="GetCounter"/> does.</summary>
    IMultiValueRegister<T> GetMultiValueRegister<T>(string name);

    /// <summary>The map registered as <paramref name="name"/>. Throws as <see cref="GetCounter"/> does.</summary>
    IReplicatedMap<TKey, TValue> GetMap<TKey, TValue>(string name)
        where TKey : notnull;

    /// <summary>The set registered as <paramref name="name"/>. Throws as <see cref="GetCounter"/> does.</summary>
    IReplicatedSet<T> GetSet<T>(string name)
        where T : notnull;

    /// <summary>The flag registered as <paramref name="name"/>. Throws as <see cref="GetCounter"/> does.</summary>
    IFlag GetFlag(string name);

    /// <summary>The presence registered as <paramref name="name"/>. Throws as <see cref="GetCounter"/> does.</summary>
    IPresence<T> GetPresence<T>(string name);
}
