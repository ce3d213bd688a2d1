using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PeerReplica.DependencyInjection;

namespace PeerReplica.Benchmarks.Load.Peers;

/// <summary>One replica of the load program, as an app hosts it, with default options.</summary>
internal sealed class LoadHost : IDisposable
{
    /// <summary>The environment variable with the secret of a group that encrypts.</summary>
    public const string SecretVariable = "PEERREPLICA_LOAD_SECRET";

    private readonly IHost _host;

    private LoadHost(IHost host, MetricSums metrics)
    {
        _host = host;
        Metrics = metrics;
        Replica = host.Services.GetRequiredService<IPeerReplica>();
    }

    public IPeerReplica Replica { get; }

    public MetricSums Metrics { get; }

    public IReplicatedMap<string, byte[]> Map => Replica.GetMap<string, byte[]>("map");

    public ICounter Counter => Replica.GetCounter("counter");

    public IRegister<long> Stamp => Replica.GetRegister<long>("stamp");

    public IBoundedCounter Seats => Replica.GetBoundedCounter("seats");

    public static string NewSecret() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public static Task<LoadHost> StartAsync(string name, params string[] seeds) => StartAsync(
        name, seeds, static _ => { }, static r => r.AddMap<string, byte[]>("map").AddCounter("counter").AddRegister<long>("stamp"));

    /// <summary>One of three, with a bounded counter.</summary>
    public static Task<LoadHost> StartSellerAsync(string name, long capacity, params string[] seeds) => StartAsync(
        name, seeds, static o => o.ExpectedReplicas = 3, r => r.AddBoundedCounter("seats", capacity));

    private static async Task<LoadHost> StartAsync(string name, string[] seeds, Action<PeerReplicaOptions> configure, Action<IPeerReplicaBuilder> register)
    {
        var metrics = new MetricSums();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        register(builder.Services.AddPeerReplica(o =>
        {
            o.NodeName = name;
            o.Listen = "127.0.0.1:0";
            o.SharedSecret = Environment.GetEnvironmentVariable(SecretVariable);
            foreach (var seed in seeds) o.Seeds.Add(seed);
            configure(o);
        }));
        var host = builder.Build();
        await host.StartAsync();
        return new LoadHost(host, metrics);
    }

    public void Dispose()
    {
        _host.StopAsync().GetAwaiter().GetResult();
        _host.Dispose();
        Metrics.Dispose();
    }
}
