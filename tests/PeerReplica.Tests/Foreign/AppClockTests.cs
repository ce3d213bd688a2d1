using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using PeerReplica.DependencyInjection;
using PeerReplica.Hosting;

namespace PeerReplica.Tests.Foreign;

/// <summary>Clocks in the app's container.</summary>
public sealed class AppClockTests
{
    [Fact]
    public async Task A_clock_of_the_app_that_stands_still_is_not_the_replicas()
    {
        using var host = Build(s => s.AddSingleton<TimeProvider>(new FakeTimeProvider()));
        var replica = (PeerReplicaNode)host.Services.GetRequiredService<IPeerReplica>();
        Assert.Same(TimeProvider.System, replica.Host.Time);
        await host.StartAsync();
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Assert.True(replica.Host.Stamp().WallMilliseconds >= before - 1);
        await host.StopAsync();
    }

    [Fact]
    public void A_clock_under_the_librarys_key_is_the_replicas()
    {
        var clock = new FakeTimeProvider();
        using var host = Build(s => s.AddKeyedSingleton<TimeProvider>(PeerReplicaKeys.TimeProvider, clock));
        var replica = (PeerReplicaNode)host.Services.GetRequiredService<IPeerReplica>();
        Assert.Equal(clock.GetUtcNow(), replica.Host.Time.GetUtcNow());
    }

    private static IHost Build(Action<IServiceCollection> services)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddPeerReplica(o => o.Listen = "127.0.0.1:0").AddCounter("c");
        services(builder.Services);
        return builder.Build();
    }
}
