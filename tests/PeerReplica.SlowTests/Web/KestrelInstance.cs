using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace PeerReplica.SlowTests.Web;

/// <summary>An app that Kestrel serves in this process, whose replica links over encrypted connections on loopback.</summary>
internal sealed class KestrelInstance : IAsyncDisposable
{
    private KestrelInstance(WebApplication app) => App = app;

    public WebApplication App { get; }

    public IPeerReplica Replica => App.Services.GetRequiredService<IPeerReplica>();

    /// <summary>Builds and starts an instance, and waits until it is synchronized.</summary>
    public static async Task<KestrelInstance> StartAsync(Action<IServiceCollection> configure, Action<PeerReplicaOptions>? options = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        configure(builder.Services);
        builder.Services.AddPeerReplica(o =>
        {
            o.Listen = "127.0.0.1:0";
            o.SharedSecret = Secrets.First;
            options?.Invoke(o);
        });
        var instance = new KestrelInstance(builder.Build());
        await instance.App.StartAsync();
        await instance.Replica.WaitUntilSyncedAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return instance;
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
    }
}
