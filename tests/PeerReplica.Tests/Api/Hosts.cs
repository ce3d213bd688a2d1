using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PeerReplica.DependencyInjection;

namespace PeerReplica.Tests.Api;

/// <summary>An app's host with a replica on a free port of the loopback address.</summary>
internal sealed class Hosts : IAsyncDisposable
{
    /// <summary>How long a test over real sockets waits before it fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly IHost _host;
    private bool _isStarted;

    private Hosts(IHost host, CapturedLogs logs)
    {
        _host = host;
        Logs = logs;
    }

    public CapturedLogs Logs { get; }

    public IServiceProvider Services => _host.Services;

    public IPeerReplica Replica => _host.Services.GetRequiredService<IPeerReplica>();

    public string Address => Replica.Self.Address;

    public int Port => int.Parse(Address.AsSpan(Address.LastIndexOf(':') + 1), System.Globalization.CultureInfo.InvariantCulture);

    public static Hosts Create(Action<IPeerReplicaBuilder>? objects = null, Action<PeerReplicaOptions>? configure = null)
    {
        var logs = new CapturedLogs();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(logs).SetMinimumLevel(LogLevel.Trace);
        var replica = builder.Services.AddPeerReplica(o =>
        {
            o.Listen = "127.0.0.1:0";
            configure?.Invoke(o);
        });
        objects?.Invoke(replica);
        return new Hosts(builder.Build(), logs);
    }

    public static async Task<Hosts> StartAsync(Action<IPeerReplicaBuilder>? objects = null, Action<PeerReplicaOptions>? configure = null)
    {
        var host = Create(objects, configure);
        await host.StartAsync();
        return host;
    }

    public async Task StartAsync()
    {
        await _host.StartAsync();
        _isStarted = true;
    }


    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        if (_isStarted) await _host.StopAsync();
        _host.Dispose();
    }
}
