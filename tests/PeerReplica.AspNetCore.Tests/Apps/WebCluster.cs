using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using PeerReplica.DependencyInjection;
using PeerReplica.Transport;

namespace PeerReplica.AspNetCore.Tests.Apps;

/// <summary>Instances of one app in this process, whose replicas meet in a network without sockets.</summary>
internal sealed class WebCluster : IAsyncDisposable
{
    /// <summary>How long a test waits for what must come before it fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<WebInstance> _instances = [];

    public InMemoryNetwork Network { get; } = new();

    public IReadOnlyList<WebInstance> Instances => _instances;

    public WebInstance this[int index] => _instances[index];

    /// <summary>Where the instance with this index listens.</summary>
    public static string AddressOf(int index) => $"10.0.0.{index + 1}:7400";

    /// <summary>Builds instances that know each other, and starts them all at once.</summary>
    public static async Task<WebCluster> StartAsync(
        int count, Action<IServiceCollection, IPeerReplicaBuilder> configure, Action<WebApplication>? map = null, Action<PeerReplicaOptions>? options = null)
    {
        var cluster = new WebCluster();
        for (var i = 0; i < count; i++) cluster.Add(configure, map, options, count);
        await cluster.StartAllAsync();
        foreach (var instance in cluster._instances) await instance.Replica.WaitUntilSyncedAsync().WaitAsync(Patience);
        return cluster;
    }

    /// <summary>Each on a thread of its own: the framework's own services block the start.</summary>
    public Task StartAllAsync() => Task.WhenAll(_instances.Select(i => Task.Run(() => i.App.StartAsync())));

    /// <summary>Builds an instance whose seeds are the addresses of <paramref name="seeds"/> instances, and does not start it.</summary>
    public WebInstance Add(
        Action<IServiceCollection, IPeerReplicaBuilder> configure, Action<WebApplication>? map = null, Action<PeerReplicaOptions>? options = null, int seeds = 1)
    {
        var index = _instances.Count;
        var instance = WebInstance.Build(Network, o =>
        {
            o.NodeName = $"node-{index}";
            o.Listen = AddressOf(index);
            o.AllowUnauthenticated = true;
            for (var i = 0; seeds > 1 && i < seeds; i++) o.Seeds.Add(AddressOf(i));
            if (seeds == 1 && index > 0) o.Seeds.Add(AddressOf(0));
            o.SeedTimeout = TimeSpan.FromMilliseconds(300);
            options?.Invoke(o);
        }, configure, map);
        _instances.Add(instance);
        return instance;
    }

    /// <summary>Returns when all running instances hold the same content.</summary>
    public async Task ConvergeAsync()
    {
        var running = _instances.Where(i => i.Replica.State == ReplicaState.Running).ToArray();
        await Eventually(async () =>
        {
            var hashes = await Task.WhenAll(running.Select(i => i.Replica.GetContentHashAsync()));
            return hashes.Distinct(StringComparer.Ordinal).Count() == 1;
        });
    }

    public static async Task Eventually(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition()) await Task.Delay(5, patience.Token);
    }

    public static Task Eventually(Func<bool> condition) => Eventually(() => Task.FromResult(condition()));

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances) await instance.DisposeAsync();
    }
}
