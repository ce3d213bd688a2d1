using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using PeerReplica.AspNetCore.Tests.Apps;

namespace PeerReplica.AspNetCore.Tests.OutputCaching;

/// <summary>The table for the store in the replica, on a clock that the tests advance.</summary>
public sealed class ReplicatedOutputCacheConformanceTests : OutputCacheConformance
{
    private FakeClockApp _app = null!;

    protected override IOutputCacheStore Store => _app.Services.GetRequiredService<IOutputCacheStore>();

    public override async Task InitializeAsync() => _app = await FakeClockApp.StartAsync(s => s.AddPeerReplicaOutputCache(o => o.MaxLifetime = TimeSpan.FromHours(1)));

    public override async Task DisposeAsync() => await _app.DisposeAsync();

    protected override Task ElapseAsync(TimeSpan time) => _app.ElapseAsync(time);

    [Fact]
    public async Task A_response_is_kept_for_the_longest_lifetime_at_most_and_an_eviction_is_remembered_for_longer()
    {
        await Store.SetAsync("key", [1], ["tag"], TimeSpan.FromDays(9), default);
        await ElapseAsync(TimeSpan.FromMinutes(59));
        Assert.NotNull(await Store.GetAsync("key", default));
        await Store.EvictByTagAsync("tag", default);
        await ElapseAsync(TimeSpan.FromMinutes(70));
        Assert.Null(await Store.GetAsync("key", default));
        Assert.Single(_app.Replica.GetMap<string, string>("peerreplica.output.tags"));
        await ElapseAsync(TimeSpan.FromMinutes(60));
        Assert.Empty(_app.Replica.GetMap<string, string>("peerreplica.output.tags"));
    }

    [Fact]
    public async Task A_response_that_is_valid_for_no_time_is_not_kept_and_replaces_what_was()
    {
        await Store.SetAsync("key", [1], [], TimeSpan.FromMinutes(1), default);
        await Store.SetAsync("key", [2], [], TimeSpan.Zero, default);
        Assert.Null(await Store.GetAsync("key", default));
    }

    [Fact]
    public async Task Keys_and_tags_of_any_length_and_form_are_kept_apart()
    {
        string[] names = ["", "a", new('k', 100_000), new string('k', 99_999) + "l", "\ud800", "\ud801"];
        for (var i = 0; i < names.Length; i++) await Store.SetAsync(names[i], [(byte)i], [names[i]], TimeSpan.FromMinutes(1), default);
        for (var i = 0; i < names.Length; i++) Assert.Equal((byte)i, Assert.Single((await Store.GetAsync(names[i], default))!));
        await Store.EvictByTagAsync(names[2], default);
        for (var i = 0; i < names.Length; i++) Assert.Equal(i == 2, await Store.GetAsync(names[i], default) is null);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 9 })]
    [InlineData(new byte[] { 1, 5, 1 })]
    [InlineData(new byte[] { 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff })]
    public async Task A_response_that_is_broken_or_of_another_version_is_none(byte[] bytes)
    {
        _app.Replica.GetMap<string, byte[]>("peerreplica.output").Set("key", bytes);
        Assert.Null(await Store.GetAsync("key", default));
        await Store.EvictByTagAsync("tag", default);
    }

    [Fact]
    public async Task A_canceled_token_ends_every_call()
    {
        var canceled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.GetAsync("key", canceled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.SetAsync("key", [1], [], TimeSpan.FromMinutes(1), canceled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.EvictByTagAsync("tag", canceled));
        Assert.Null(await Store.GetAsync("key", default));
    }
}

public sealed class OutputCacheTests
{
    [Fact]
    public async Task A_response_that_one_instance_cached_is_served_by_another_until_a_third_evicts_its_tag()
    {
        await using var cluster = await WebCluster.StartAsync(3, Configure, Map);
        var clients = cluster.Instances.Select(i => i.CreateClient()).ToArray();
        var cached = await clients[0].GetStringAsync(new Uri("/time", UriKind.Relative));
        await cluster.ConvergeAsync();
        foreach (var client in clients) Assert.Equal(cached, await client.GetStringAsync(new Uri("/time", UriKind.Relative)));
        Assert.Equal(HttpStatusCode.OK, (await clients[2].PostAsync(new Uri("/evict/times", UriKind.Relative), null)).StatusCode);
        await cluster.ConvergeAsync();
        Assert.NotEqual(cached, await clients[1].GetStringAsync(new Uri("/time", UriKind.Relative)));
        Assert.All(cluster.Instances, i => Assert.True(i.Replica.GetMap<string, byte[]>("peerreplica.output").Count <= 1));
    }

    [Fact]
    public async Task A_response_that_was_stored_before_the_eviction_arrived_is_evicted_too()
    {
        await using var cluster = await WebCluster.StartAsync(2, Configure, Map, o =>
        {
            o.HeartbeatInterval = TimeSpan.FromMilliseconds(20);
            o.PeerTimeout = TimeSpan.FromMilliseconds(100);
        });
        cluster.Network.Isolate(WebCluster.AddressOf(1));
        await WebCluster.Eventually(() => cluster[0].Replica.Peers.All(p => p.State != PeerState.Up));
        await StoreOf(cluster[0]).EvictByTagAsync("tag", default);
        await StoreOf(cluster[1]).SetAsync("key", [1], ["tag"], TimeSpan.FromMinutes(1), default);
        Assert.NotNull(await StoreOf(cluster[1]).GetAsync("key", default));
        cluster.Network.Rejoin(WebCluster.AddressOf(1));
        await cluster.ConvergeAsync();
        Assert.Null(await StoreOf(cluster[0]).GetAsync("key", default));
        Assert.Null(await StoreOf(cluster[1]).GetAsync("key", default));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(300_000)]
    [InlineData(3_000_000)]
    public async Task Large_responses_are_cached_and_those_above_the_limit_are_served_all_the_same(int size)
    {
        await using var cluster = await WebCluster.StartAsync(1, Configure, Map);
        using var client = cluster[0].CreateClient();
        var first = await client.GetStringAsync(new Uri($"/large/{size}", UriKind.Relative)).WaitAsync(WebCluster.Patience);
        var second = await client.GetStringAsync(new Uri($"/large/{size}", UriKind.Relative)).WaitAsync(WebCluster.Patience);
        Assert.Equal(size, first.Length - 32);
        Assert.Equal(size < 1_000_000, first == second);
        Assert.Equal(size > 1_000_000, cluster[0].Logs.Entries.Any(e => e.Id.Id == 107));
    }

    [Fact]
    public void The_store_is_registered_in_any_order_and_wrong_options_are_refused()
    {
        foreach (var isFirst in new[] { true, false })
        {
            var services = new ServiceCollection();
            services.AddLogging().AddPeerReplica();
            if (isFirst) services.AddPeerReplicaOutputCache().AddPeerReplicaOutputCache();
            services.AddOutputCache();
            if (!isFirst) services.AddPeerReplicaOutputCache();
            using var provider = services.BuildServiceProvider();
            Assert.Equal("ReplicatedOutputCacheStore", provider.GetRequiredService<IOutputCacheStore>().GetType().Name);
        }

        Assert.ThrowsAny<ArgumentException>(() => new ServiceCollection().AddPeerReplicaOutputCache(o => o.MaxLifetime = TimeSpan.Zero));
        Assert.ThrowsAny<ArgumentException>(() => new ServiceCollection().AddPeerReplicaOutputCache(o => o.MaxBytes = 0));
    }

    private static IOutputCacheStore StoreOf(WebInstance instance) => instance.Services.GetRequiredService<IOutputCacheStore>();

    private static void Configure(IServiceCollection services, DependencyInjection.IPeerReplicaBuilder replica)
    {
        services.AddOutputCache();
        services.AddPeerReplicaOutputCache(o => o.MaxBytes = 1_000_000);
    }

    private static void Map(WebApplication app)
    {
        app.UseOutputCache();
        app.MapGet("/time", () => Guid.NewGuid().ToString("N")).CacheOutput(p => p.Tag("times"));
        app.MapGet("/large/{size:int}", (int size) => Guid.NewGuid().ToString("N") + new string('x', size)).CacheOutput();
        app.MapPost("/evict/{tag}", async (string tag, IOutputCacheStore store, CancellationToken token) => await store.EvictByTagAsync(tag, token));
    }
}
