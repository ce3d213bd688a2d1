using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PeerReplica.AspNetCore.Tests.Apps;

namespace PeerReplica.AspNetCore.Tests.Caching;

/// <summary>Caches beside the app's own, each under a service key.</summary>
public sealed class KeyedCacheTests
{
    [Fact]
    public async Task Each_key_is_a_cache_of_its_own_at_every_instance()
    {
        await using var cluster = await WebCluster.StartAsync(2, (s, _) => s
            .AddPeerReplicaDistributedCache()
            .AddKeyedPeerReplicaDistributedCache("pages", o => o.MaxEntries = 10)
            .AddKeyedPeerReplicaDistributedCache("prices"));
        await CacheOf(cluster[0], null).SetAsync("key", [1]);
        await CacheOf(cluster[0], "pages").SetAsync("key", [2]);
        await CacheOf(cluster[0], "prices").SetAsync("key", [3]);
        await cluster.ConvergeAsync();
        Assert.Equal([1], CacheOf(cluster[1], null).Get("key"));
        Assert.Equal([2], CacheOf(cluster[1], "pages").Get("key"));
        Assert.Equal([3], CacheOf(cluster[1], "prices").Get("key"));
        for (var i = 0; i < 100; i++)
        {
            CacheOf(cluster[1], "pages").Set($"{i}", [0]);
            CacheOf(cluster[1], "prices").Set($"{i}", [0]);
        }

        await cluster.ConvergeAsync();
        Assert.InRange(cluster[0].Replica.GetMap<string, byte[]>("peerreplica.cache.pages").Count, 1, 10);
        Assert.Equal(101, cluster[0].Replica.GetMap<string, byte[]>("peerreplica.cache.prices").Count);
    }

    [Fact]
    public void A_second_call_repeats_the_options_of_its_key_or_is_refused()
    {
        var services = new ServiceCollection().AddKeyedPeerReplicaDistributedCache("a", o => o.MaxEntries = 1)
            .AddKeyedPeerReplicaDistributedCache("a", o => o.MaxEntries = 1).AddKeyedPeerReplicaDistributedCache("a").AddKeyedPeerReplicaDistributedCache("b", o => o.MaxEntries = 2);
        var e = Assert.Throws<InvalidOperationException>(() => services.AddKeyedPeerReplicaDistributedCache("a", o => o.MaxEntries = 2));
        Assert.Contains("AddKeyedPeerReplicaDistributedCache(\"a\")", e.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => services.AddKeyedPeerReplicaDistributedCache(""));
        Assert.ThrowsAny<ArgumentException>(() => services.AddKeyedPeerReplicaDistributedCache("c", o => o.DefaultSlidingExpiration = TimeSpan.Zero));
        Assert.ThrowsAny<ArgumentException>(() => services.AddKeyedPeerReplicaDistributedCache(new string('k', 5000)));
        Assert.Throws<ArgumentNullException>(() => ((IServiceCollection)null!).AddKeyedPeerReplicaDistributedCache("a"));
    }

    [Fact]
    public async Task Without_a_replica_the_app_does_not_start_and_says_why()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddKeyedPeerReplicaDistributedCache("pages");
        using var host = builder.Build();
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());
        Assert.Contains("AddKeyedPeerReplicaDistributedCache(\"pages\")", e.Message, StringComparison.Ordinal);
    }

    private static IDistributedCache CacheOf(WebInstance instance, string? key) =>
        key is null ? instance.Services.GetRequiredService<IDistributedCache>() : instance.Services.GetRequiredKeyedService<IDistributedCache>(key);
}
