using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PeerReplica.SlowTests.Hostile;

/// <summary>Replicas that hostile connections are made to: each listens at a port of its own, with a counter <c>c</c>.</summary>
internal static class AttackedHosts
{
    /// <param name="name">The node name.</param>
    /// <param name="secret">The shared secret; null: plain TCP.</param>
    /// <param name="seed">Where to join; null: it founds the cluster.</param>
    /// <param name="logs">Hears everything that it logs; null: nobody does.</param>
    public static async Task<IHost> StartAsync(string name, string? secret, string? seed, ILoggerProvider? logs = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddPeerReplica(o =>
        {
            o.NodeName = name;
            o.Listen = "127.0.0.1:0";
            o.SharedSecret = secret;
            if (seed is not null) o.Seeds.Add(seed);
        }).AddCounter("c");
        if (logs is not null) builder.Logging.AddProvider(logs).SetMinimumLevel(LogLevel.Debug);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
