using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using PeerReplica.AspNetCore.Tests.Apps;

namespace PeerReplica.AspNetCore.Tests.Caching;

/// <summary>The cache in the replica as the second level of the framework's HybridCache.</summary>
public sealed class HybridCacheTests
{
    private static readonly HybridCacheEntryOptions s_options = new() { Expiration = TimeSpan.FromMinutes(5), LocalCacheExpiration = TimeSpan.FromMinutes(5) };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_one_instance_made_the_others_read(bool isKeyed)
    {
        await using var cluster = await StartAsync(3, isKeyed);
        Assert.Equal("made at 0", await GetAsync(cluster, 0));
        await cluster.ConvergeAsync();
        Assert.Equal("made at 0", await GetAsync(cluster, 1));
        Assert.Equal("made at 0", await GetAsync(cluster, 2));
    }

    [Fact]
    public async Task A_value_of_a_megabyte_is_kept_whole()
    {
        await using var cluster = await StartAsync(2);
        var text = new string('x', 1_000_000);
        await HybridOf(cluster, 0).SetAsync("large", text, s_options);
        await cluster.ConvergeAsync();
        Assert.Equal(text, await HybridOf(cluster, 1).GetOrCreateAsync("large", _ => ValueTask.FromResult("made again"), s_options));
    }

    [Fact]
    public async Task What_was_removed_at_one_instance_is_made_again_at_one_that_has_not_read_it()
    {
        await using var cluster = await StartAsync(3);
        await GetAsync(cluster, 0);
        await cluster.ConvergeAsync();
        await HybridOf(cluster, 1).RemoveAsync("key");
        await cluster.ConvergeAsync();
        Assert.Equal("made at 2", await GetAsync(cluster, 2));
    }

    [Fact]
    public async Task What_a_tag_evicts_at_one_instance_is_made_again_at_one_that_has_not_read_it()
    {
        await using var cluster = await StartAsync(3);
        await GetAsync(cluster, 0);
        await cluster.ConvergeAsync();
        await HybridOf(cluster, 1).RemoveByTagAsync("tag");
        await cluster.ConvergeAsync();
        Assert.Equal("made at 2", await GetAsync(cluster, 2));
    }

    private static Task<WebCluster> StartAsync(int count, bool isKeyed = false) => WebCluster.StartAsync(count, (s, _) =>
    {
        if (isKeyed) s.AddKeyedPeerReplicaDistributedCache("hybrid");
        else s.AddPeerReplicaDistributedCache();
        s.AddHybridCache(o => o.DistributedCacheServiceKey = isKeyed ? "hybrid" : null);
    });

    private static HybridCache HybridOf(WebCluster cluster, int index) => cluster[index].Services.GetRequiredService<HybridCache>();

    private static async Task<string> GetAsync(WebCluster cluster, int index) =>
        await HybridOf(cluster, index).GetOrCreateAsync("key", _ => ValueTask.FromResult($"made at {index}"), s_options, ["tag"]);
}
