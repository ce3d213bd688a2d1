using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PeerReplica.DependencyInjection;
using PeerReplica.Transport;

namespace PeerReplica.AspNetCore.Tests.Apps;

/// <summary>One instance of an app, served in memory.</summary>
internal sealed class WebInstance : IAsyncDisposable
{
    private WebInstance(WebApplication app, CapturedLogs logs)
    {
        App = app;
        Logs = logs;
    }

    public WebApplication App { get; }

    public CapturedLogs Logs { get; }

    public IServiceProvider Services => App.Services;

    public IPeerReplica Replica => App.Services.GetRequiredService<IPeerReplica>();

    public static WebInstance Build(
        InMemoryNetwork network, Action<PeerReplicaOptions> options, Action<IServiceCollection, IPeerReplicaBuilder> configure, Action<WebApplication>? map,
        string environment = "Production")
    {
        var logs = new CapturedLogs();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton(network.CreateTransport());
        configure(builder.Services, builder.Services.AddPeerReplica(options));
        var app = builder.Build();
        map?.Invoke(app);
        return new WebInstance(app, logs);
    }

    public HttpClient CreateClient() => App.GetTestClient();

    public async ValueTask DisposeAsync() => await App.DisposeAsync();
}
