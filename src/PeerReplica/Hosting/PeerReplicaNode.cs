using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PeerReplica.Diagnostics;
using PeerReplica.Hosting.Handles;

namespace PeerReplica.Hosting;

/// <summary>
/// One replica with its objects: what the app sees as <see cref="IPeerReplica"/>, and what its host starts and stops. The host starts it before it starts any
/// hosted service, so that those can use the replica from their first line, in whatever order they were registered.
/// </summary>
internal sealed class PeerReplicaNode : IPeerReplica, IHostedLifecycleService, IAsyncDisposable, IDisposable
{
    private readonly Dictionary<string, IReplicatedObject> _objects = new(StringComparer.Ordinal);
    private readonly ObjectRegistry _registry;
    private bool _isStartedEarly;

    public PeerReplicaNode(
        PeerReplicaOptions options, ObjectRegistry registry, ReplicaEnvironment environment, ILogger logger, ReplicaMetrics metrics)
    {
        _registry = registry;
        Host = new ReplicaHost(options, environment, logger, metrics);
        registry.CheckSerializers();
        foreach (var registration in registry.All) _objects.Add(registration.Name, registration.Create(Host, registry.SerializerOf(registration.Name)));
        Objects = [.. registry.All.OrderBy(r => r.Name, StringComparer.Ordinal)
            .Select(r => new ReplicatedObjectInfo(r.Name, Get<IInspectable>(r.Name).Kind, TypeNames.Of(r.HandleType)))];
    }

    public ReplicaHost Host { get; }

    public ReplicaInfo Self => Host.Self;

    public ReplicaState State => Host.State;

    public Exception? Fault => Host.Fault;

    public ReplicaHealth Health => Host.Health;

    public bool IsSynced => Host.IsSynced;

    public IReadOnlyList<PeerInfo> Peers => Host.Peers;

    public IReadOnlyDictionary<string, EscrowAudit> Audits => Host.Audits;

    public IReadOnlyList<ReplicatedObjectInfo> Objects { get; }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await Host.StartAsync(cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _isStartedEarly, true);
    }

    /// <summary>Starts the replica where nobody called <see cref="StartingAsync"/> first, as in an app without a host.</summary>
    public Task StartAsync(CancellationToken cancellationToken) =>
        Interlocked.Exchange(ref _isStartedEarly, false) ? Task.CompletedTask : Host.StartAsync(cancellationToken);

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Host.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    /// <summary>Waits on another thread: the library does not need the caller's synchronization context, but a transport that is not ours might, and this call may block it.</summary>
    public void Dispose() => Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();

    public IAsyncEnumerable<ReplicaHealth> WatchHealthAsync(CancellationToken cancellationToken) => Host.WatchHealthAsync(cancellationToken);

    public IAsyncEnumerable<PeerEvent> WatchPeersAsync(CancellationToken cancellationToken) => Host.WatchPeersAsync(cancellationToken);

    public Task WaitUntilSyncedAsync(CancellationToken cancellationToken) => Host.WaitUntilSyncedAsync(cancellationToken);

    public Task ForgetAsync(ReplicaId replica, bool hasEnded, CancellationToken cancellationToken) => Host.ForgetAsync(replica, hasEnded, cancellationToken);

    public IReadOnlyList<string> Expelled => Host.Expelled;

    public Task ExpelAsync(string identity, CancellationToken cancellationToken) =>
        Host.DecideAsync(identity, isExpelled: true, cancellationToken);

    public Task ReadmitAsync(string identity, CancellationToken cancellationToken) =>
        Host.DecideAsync(identity, isExpelled: false, cancellationToken);

    public Task<string> GetContentHashAsync(CancellationToken cancellationToken) => Host.GetContentHashAsync(cancellationToken);

    public Task FlushAsync(WriteConcern concern, CancellationToken cancellationToken) => Host.FlushAsync(concern, cancellationToken);

    public Task RefreshAsync(ReadConcern concern, CancellationToken cancellationToken) => Host.RefreshAsync(concern, cancellationToken);

    public ObjectSize MeasureObject(string name) => Get<IInspectable>(name).Measure();

    public IEnumerable<ObjectEntry> InspectObject(string name) => Get<IInspectable>(name).Inspect();

    public ICounter GetCounter(string name) => Get<ICounter>(name);

    public IBoundedCounter GetBoundedCounter(string name) => Get<IBoundedCounter>(name);

    public IPool<T> GetPool<T>(string name)
        where T : notnull => Get<IPool<T>>(name);

    public IRegister<T> GetRegister<T>(string name) => Get<IRegister<T>>(name);

    public IMultiValueRegister<T> GetMultiValueRegister<T>(string name) => Get<IMultiValueRegister<T>>(name);

    public IReplicatedMap<TKey, TValue> GetMap<TKey, TValue>(string name)
        where TKey : notnull => Get<IReplicatedMap<TKey, TValue>>(name);

    public IReplicatedSet<T> GetSet<T>(string name)
        where T : notnull => Get<IReplicatedSet<T>>(name);

    public IFlag GetFlag(string name) => Get<IFlag>(name);

    public IPresence<T> GetPresence<T>(string name) => Get<IPresence<T>>(name);

    private THandle Get<THandle>(string name)
        where THandle : class
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!_objects.TryGetValue(name, out var known)) throw new UnknownObjectException(name, _objects.Keys.Order(StringComparer.Ordinal));
        if (known is THandle handle) return handle;
        _registry.TryGet(name, out var registration);
        throw new ObjectTypeException(name, TypeNames.Of(registration!.HandleType), TypeNames.Of(typeof(THandle)));
    }
}
