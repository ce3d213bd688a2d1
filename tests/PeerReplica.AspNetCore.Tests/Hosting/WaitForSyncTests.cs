using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PeerReplica.AspNetCore.Tests.Apps;

namespace PeerReplica.AspNetCore.Tests.Hosting;

public sealed class WaitForSyncTests
{
    [Fact]
    public async Task The_server_does_not_start_before_the_replica_is_synchronized()
    {
        await using var cluster = new WebCluster();
        var late = cluster.Add((_, r) => r.WaitForSync(), app => app.MapGet("/", () => "served"), o =>
        {
            o.Seeds.Add(WebCluster.AddressOf(1));
            o.SeedTimeout = TimeSpan.FromMinutes(5);
        });
        var starting = late.App.StartAsync();
        await WebCluster.Eventually(() => late.Replica.State == ReplicaState.Running);
        Assert.False(starting.IsCompleted);
        Assert.Throws<InvalidOperationException>(() => { _ = ((TestServer)late.Services.GetRequiredService<IServer>()).CreateClient().GetAsync(new Uri("/", UriKind.Relative)).GetAwaiter().GetResult(); });
        var first = cluster.Add((_, r) => { }, options: o => o.Seeds.Clear());
        await first.App.StartAsync();
        await starting.WaitAsync(WebCluster.Patience);
        using var client = late.CreateClient();
        Assert.Equal("served", await client.GetStringAsync(new Uri("/", UriKind.Relative)));
    }

    [Fact]
    public async Task After_the_timeout_the_app_serves_with_a_warning_and_is_not_ready()
    {
        await using var cluster = new WebCluster();
        var instance = AddAlone(cluster, r => r.WaitForSync(o => o.Timeout = TimeSpan.FromMilliseconds(50)));
        await instance.App.StartAsync().WaitAsync(WebCluster.Patience);
        Assert.Contains(instance.Logs.Entries, e => e.Id.Id == 100 && e.Text.Contains("not synchronized", StringComparison.Ordinal));
        Assert.False(instance.Replica.Health.IsReady);
    }

    [Fact]
    public async Task After_the_timeout_the_start_fails_if_the_app_says_so()
    {
        await using var cluster = new WebCluster();
        var instance = AddAlone(cluster, r => r.WaitForSync(o => (o.Timeout, o.FailAfterTimeout) = (TimeSpan.FromMilliseconds(50), true)));
        var e = await Assert.ThrowsAsync<TimeoutException>(() => instance.App.StartAsync());
        Assert.Contains("NotSynchronized", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Canceling_the_start_ends_the_wait()
    {
        await using var cluster = new WebCluster();
        var instance = AddAlone(cluster, r => r.WaitForSync(o => o.Timeout = Timeout.InfiniteTimeSpan));
        using var cancel = new CancellationTokenSource();
        var starting = instance.App.StartAsync(cancel.Token);
        await WebCluster.Eventually(() => instance.Replica.State == ReplicaState.Running);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting.WaitAsync(WebCluster.Patience));
    }

    [Fact]
    public async Task A_timeout_that_is_not_positive_stops_the_start()
    {
        await using var cluster = new WebCluster();
        var instance = AddAlone(cluster, r => r.WaitForSync(o => o.Timeout = TimeSpan.Zero));
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => instance.App.StartAsync());
        Assert.Contains("Timeout is 00:00:00", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_twice_waits_once_and_configures_further()
    {
        var services = new ServiceCollection();
        services.AddPeerReplica().WaitForSync(o => o.Timeout = TimeSpan.FromSeconds(1)).WaitForSync(o => o.FailAfterTimeout = true);
        await using var provider = services.AddLogging().BuildServiceProvider();
        Assert.Single(provider.GetServices<IHostedService>(), s => s.GetType().Name == "WaitForSyncService");
        var options = provider.GetRequiredService<IOptions<AspNetCore.Hosting.WaitForSyncOptions>>().Value;
        Assert.Equal((TimeSpan.FromSeconds(1), true), (options.Timeout, options.FailAfterTimeout));
    }

    private static WebInstance AddAlone(WebCluster cluster, Action<DependencyInjection.IPeerReplicaBuilder> configure) =>
        cluster.Add((_, r) => configure(r), options: o =>
        {
            o.Seeds.Add("10.9.9.9:7400");
            o.SeedTimeout = TimeSpan.FromMinutes(5);
        });
}
