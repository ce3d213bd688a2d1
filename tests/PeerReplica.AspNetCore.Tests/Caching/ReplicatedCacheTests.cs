using System.Globalization;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PeerReplica.AspNetCore.Tests.Apps;

namespace PeerReplica.AspNetCore.Tests.Caching;

/// <summary>The table for the cache in the replica, on a clock that the tests advance.</summary>
public sealed class ReplicatedCacheConformanceTests : DistributedCacheConformance
{
    private FakeClockApp _app = null!;

    protected override IDistributedCache Cache => _app.Services.GetRequiredService<IDistributedCache>();

    protected override DateTimeOffset Now => _app.Clock.GetUtcNow();

    public override async Task InitializeAsync() => _app = await FakeClockApp.StartAsync(s => s.AddPeerReplicaDistributedCache());

    public override async Task DisposeAsync() => await _app.DisposeAsync();

    protected override Task ElapseAsync(TimeSpan time) => _app.ElapseAsync(time);

    [Fact]
    public async Task Lifetimes_below_a_second_are_kept()
    {
        Cache.Set("a", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMilliseconds(300) });
        Cache.Set("b", [1], new() { SlidingExpiration = TimeSpan.FromMilliseconds(300) });
        await ElapseAsync(TimeSpan.FromMilliseconds(200));
        Assert.NotNull(Cache.Get("a"));
        Assert.NotNull(Cache.Get("b"));
        await ElapseAsync(TimeSpan.FromMilliseconds(200));
        Assert.Null(Cache.Get("a"));
        Assert.NotNull(Cache.Get("b"));
        await ElapseAsync(TimeSpan.FromMilliseconds(400));
        Assert.Null(Cache.Get("b"));
    }

    [Fact]
    public async Task An_entry_without_an_expiration_lives_for_twenty_minutes_after_its_last_use()
    {
        Cache.Set("key", [1], new());
        for (var i = 0; i < 3; i++)
        {
            await ElapseAsync(TimeSpan.FromMinutes(15));
            Assert.NotNull(Cache.Get("key"));
        }

        await ElapseAsync(TimeSpan.FromMinutes(23));
        Assert.Null(Cache.Get("key"));
    }

    [Fact]
    public void A_key_with_half_of_a_surrogate_pair_is_a_key()
    {
        Cache.Set("\ud800", [1], new());
        Cache.Set("\ud801", [2], new());
        Assert.Equal([1], Cache.Get("\ud800"));
        Assert.Equal([2], Cache.Get("\ud801"));
    }
}

public sealed class ReplicatedCacheTests
{
    [Fact]
    public async Task What_one_instance_sets_every_instance_reads_and_any_removes()
    {
        await using var cluster = await WebCluster.StartAsync(3, (s, _) => s.AddPeerReplicaDistributedCache());
        await CacheOf(cluster[0]).SetAsync("key", [1, 2], new() { SlidingExpiration = TimeSpan.FromMinutes(1) });
        await cluster.ConvergeAsync();
        foreach (var instance in cluster.Instances) Assert.Equal([1, 2], CacheOf(instance).Get("key"));
        CacheOf(cluster[2]).Remove("key");
        await cluster.ConvergeAsync();
        foreach (var instance in cluster.Instances) Assert.Null(CacheOf(instance).Get("key"));
    }

    [Fact]
    public async Task The_cache_stays_within_its_limits_at_every_instance()
    {
        const int maxEntries = 10_000;
        await using var cluster = await WebCluster.StartAsync(
            3, (s, _) => s.AddPeerReplicaDistributedCache(o => (o.MaxEntries, o.MaxBytes) = (maxEntries, 8 << 20)));
        for (var i = 0; i < 100_000; i++) CacheOf(cluster[i % 3]).Set($"{i}", new byte[100], new());
        await cluster.ConvergeAsync();
        var maps = cluster.Instances.Select(i => i.Replica.GetMap<string, byte[]>("peerreplica.cache")).ToArray();
        await WebCluster.Eventually(() => maps.All(m => m.Count <= maxEntries));
        await cluster.ConvergeAsync();

        // What was evicted makes room for later entries, and no more than that.
        Assert.All(maps, m => Assert.InRange(m.Count, maxEntries * 9 / 10, maxEntries));
        Assert.Single(maps.Select(m => m.Count).Distinct());
        Assert.Throws<MapFullException>(() => CacheOf(cluster[0]).Set("large", new byte[9 << 20], new()));
    }

    [Fact]
    public async Task A_value_above_the_replicas_limit_is_an_error_that_names_the_limit()
    {
        await using var cluster = await WebCluster.StartAsync(1, (s, _) => s.AddPeerReplicaDistributedCache(), options: o => o.MaxValueBytes = 1000);
        var e = Assert.Throws<ArgumentException>(() => CacheOf(cluster[0]).Set("key", new byte[2000], new()));
        Assert.Contains(1000.ToString("N0", CultureInfo.InvariantCulture), e.Message, StringComparison.Ordinal);
        Assert.Null(CacheOf(cluster[0]).Get("key"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_order_of_registration_does_not_matter_nor_does_a_second_call(bool isFirst)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        if (isFirst) builder.Services.AddPeerReplicaDistributedCache().AddPeerReplicaDistributedCache();
        builder.Services.AddDistributedMemoryCache();
        builder.Services.AddPeerReplica(o => o.Listen = "127.0.0.1:0");
        if (!isFirst) builder.Services.AddPeerReplicaDistributedCache().AddPeerReplicaDistributedCache();
        using var host = builder.Build();
        await host.StartAsync();
        host.Services.GetRequiredService<IDistributedCache>().Set("key", [1], new());
        Assert.Single(host.Services.GetRequiredService<IPeerReplica>().GetMap<string, byte[]>("peerreplica.cache"));
        await host.StopAsync();
    }

    [Fact]
    public async Task Without_a_replica_the_app_does_not_start_and_says_why()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddPeerReplicaDistributedCache();
        using var host = builder.Build();
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());
        Assert.Contains("AddPeerReplicaDistributedCache", e.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(host.Services.GetRequiredService<IDistributedCache>);
    }

    [Fact]
    public void Options_come_from_configuration_and_wrong_ones_are_refused()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["MaxBytes"] = "5000", ["DefaultSlidingExpiration"] = "00:01:00" }).Build();
        var services = new ServiceCollection().AddPeerReplicaDistributedCache(o => configuration.Bind(o)).AddPeerReplicaDistributedCache(o => configuration.Bind(o));
        Assert.Throws<InvalidOperationException>(() => services.AddPeerReplicaDistributedCache(o => o.MaxBytes = 5001));
        Assert.ThrowsAny<ArgumentException>(() => new ServiceCollection().AddPeerReplicaDistributedCache(o => o.MaxBytes = 0));
        Assert.ThrowsAny<ArgumentException>(() => new ServiceCollection().AddPeerReplicaDistributedCache(o => o.MaxEntries = 0));
        Assert.ThrowsAny<ArgumentException>(() => new ServiceCollection().AddPeerReplicaDistributedCache(o => o.DefaultSlidingExpiration = TimeSpan.Zero));
        Assert.Throws<ArgumentNullException>(() => ((IServiceCollection)null!).AddPeerReplicaDistributedCache());
    }

    private static IDistributedCache CacheOf(WebInstance instance) => instance.Services.GetRequiredService<IDistributedCache>();
}
