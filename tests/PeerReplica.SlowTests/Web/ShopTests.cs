namespace PeerReplica.SlowTests.Web;

/// <summary>One app, before and after it lost its Redis, as three processes with Kestrel.</summary>
public sealed class ShopTests
{
    [Fact]
    public void The_apps_differ_in_at_most_six_lines()
    {
        static string[] Lines(string file) =>
            [.. File.ReadAllLines(SourceTree.PathOf("tests", "PeerReplica.ShopApp", file)).Where(l => !l.Contains("class ShopOn", StringComparison.Ordinal))];
        var (before, after) = (Lines("ShopOnRedis.cs"), Lines("ShopOnReplica.cs"));
        Assert.Contains(before, l => l.Contains("Redis", StringComparison.Ordinal));
        Assert.DoesNotContain(after, l => l.Contains("Redis", StringComparison.Ordinal));
        Assert.InRange(before.Except(after).Count(), 1, 6);
        Assert.InRange(after.Except(before).Count(), 1, 6);

        // What the how-to shows is what is run here.
        var page = File.ReadAllText(SourceTree.PathOf("docs", "how-to", "replace-redis.md"));
        foreach (var line in before.Except(after).Concat(after.Except(before))) Assert.Contains(line.Trim(), page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_the_replica_everything_goes_on_when_an_instance_is_killed()
    {
        var shops = await ShopProcess.StartOnReplicaAsync(3);
        try
        {
            await Everything_goes_on_when_an_instance_is_killed(shops);
        }
        finally
        {
            foreach (var shop in shops) shop.Dispose();
        }
    }

    [ToolFact("redis-server")]
    public async Task On_Redis_everything_goes_on_when_an_instance_is_killed()
    {
        using var redis = await RedisServer.StartAsync();
        var shops = await ShopProcess.StartOnRedisAsync(3, redis);
        try
        {
            await Everything_goes_on_when_an_instance_is_killed(shops);
        }
        finally
        {
            foreach (var shop in shops) shop.Dispose();
        }
    }

    [Fact]
    public async Task On_the_replica_two_requests_that_change_two_keys_of_one_session_at_once_lose_nothing()
    {
        var shops = await ShopProcess.StartOnReplicaAsync(2);
        try
        {
            for (var round = 0; round < 5; round++) Assert.Equal("a,b,old", await ChangeTwoKeysAtOnceAsync(shops));
        }
        finally
        {
            foreach (var shop in shops) shop.Dispose();
        }
    }

    [ToolFact("redis-server")]
    public async Task On_Redis_they_lose_one_key()
    {
        using var redis = await RedisServer.StartAsync();
        var shops = await ShopProcess.StartOnRedisAsync(2, redis);
        try
        {
            Assert.Contains(await ChangeTwoKeysAtOnceAsync(shops), new[] { "a,old", "b,old" });
        }
        finally
        {
            foreach (var shop in shops) shop.Dispose();
        }
    }

    private static async Task Everything_goes_on_when_an_instance_is_killed(ShopProcess[] shops)
    {
        using var shopper = new Shopper();
        await shopper.PostAsync(shops[0], "/login/ann");
        await shopper.PostAsync(shops[0], "/session/cart/apples");
        await shopper.PostAsync(shops[0], "/cache/rate/7");
        var token = await shopper.GetAsync(shops[0], "/form");

        // The framework caches no response for a user who is logged in.
        using var guest = new Shopper();
        var price = await guest.GetAsync(shops[0], "/price");
        await guest.UntilAsync(shops[1], "/price", p => p == price);
        await guest.UntilAsync(shops[2], "/price", p => p == price);
        await shopper.UntilAsync(shops[1], "/session/cart", c => c == "apples");
        shops[0].Kill();

        Assert.Equal("apples", await shopper.GetAsync(shops[1], "/session/cart"));
        Assert.Equal("ann", await shopper.GetAsync(shops[1], "/who"));
        Assert.Equal("7", await shopper.GetAsync(shops[2], "/cache/rate"));
        Assert.Equal("accepted", await shopper.PostAsync(shops[1], "/form", ("__RequestVerificationToken", token)));
        Assert.Equal("400", await shopper.PostAsync(shops[1], "/form", ("__RequestVerificationToken", "forged")));
        await shopper.PostAsync(shops[2], "/evict/prices");
        await guest.UntilAsync(shops[1], "/price", p => p != price);
        Assert.Equal("", await guest.GetAsync(shops[1], "/session/cart"));
        Assert.Equal("nobody", await guest.GetAsync(shops[1], "/who"));
    }

    private static async Task<string> ChangeTwoKeysAtOnceAsync(ShopProcess[] shops)
    {
        using var shopper = new Shopper();
        await shopper.PostAsync(shops[0], "/session/old/0");
        await shopper.UntilAsync(shops[1], "/session", k => k == "old");
        await Task.WhenAll(shopper.PostAsync(shops[0], "/session/a/1?wait=400"), shopper.PostAsync(shops[1], "/session/b/2?wait=400"));
        await Task.Delay(500);
        var keys = await shopper.GetAsync(shops[0], "/session");
        Assert.Equal(keys, await shopper.GetAsync(shops[1], "/session"));
        return keys;
    }
}
