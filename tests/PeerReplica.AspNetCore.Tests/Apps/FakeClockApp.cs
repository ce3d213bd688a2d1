using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using PeerReplica.DependencyInjection;
using PeerReplica.Transport;

namespace PeerReplica.AspNetCore.Tests.Apps;

/// <summary>One instance whose app and replica read a clock that tests advance.</summary>
internal sealed class FakeClockApp : IAsyncDisposable
{
    private readonly IHost _host;

    private FakeClockApp(IHost host) => _host = host;

    public FakeTimeProvider Clock { get; private init; } = null!;

    public IServiceProvider Services => _host.Services;

    public IPeerReplica Replica => Services.GetRequiredService<IPeerReplica>();

    public static async Task<FakeClockApp> StartAsync(Action<IServiceCollection> configure)
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<TimeProvider>(clock).AddKeyedSingleton<TimeProvider>(PeerReplicaKeys.TimeProvider, clock);
        builder.Services.AddSingleton(new InMemoryNetwork().CreateTransport());
        builder.Services.AddLogging();
        configure(builder.Services);
        builder.Services.AddPeerReplica();
        var app = new FakeClockApp(builder.Build()) { Clock = clock };
        await app._host.StartAsync();
        return app;
    }

    public Task ElapseAsync(TimeSpan time)
    {
        Clock.Advance(time);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        // The drain waits on the clock that nobody advances; without a peer there is nobody to wait for.
        await _host.StopAsync();
        _host.Dispose();
    }
}
