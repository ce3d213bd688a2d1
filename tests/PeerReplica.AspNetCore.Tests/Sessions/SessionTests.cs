using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.DependencyInjection;
using PeerReplica.AspNetCore.Tests.Apps;

namespace PeerReplica.AspNetCore.Tests.Sessions;

/// <summary>The table for the framework's store over the cache in the replica.</summary>
public sealed class CacheSessionConformanceTests : SessionConformance
{
    private FakeClockApp _app = null!;

    protected override ISessionStore Store => _app.Services.GetRequiredService<ISessionStore>();

    public override async Task InitializeAsync() => _app = await FakeClockApp.StartAsync(s => s.AddPeerReplicaDistributedCache().AddSession());

    public override async Task DisposeAsync() => await _app.DisposeAsync();

    protected override Task ElapseAsync(TimeSpan time) => _app.ElapseAsync(time);
}

/// <summary>The table for the store that merges per key, and what it does besides.</summary>
public sealed class ReplicatedSessionConformanceTests : SessionConformance
{
    private FakeClockApp _app = null!;

    protected override ISessionStore Store => _app.Services.GetRequiredService<ISessionStore>();

    public override async Task InitializeAsync() => _app = await FakeClockApp.StartAsync(s => s.AddPeerReplicaSession());

    public override async Task DisposeAsync() => await _app.DisposeAsync();

    protected override Task ElapseAsync(TimeSpan time) => _app.ElapseAsync(time);

    [Fact]
    public async Task Two_requests_at_one_instance_that_change_different_keys_lose_nothing()
    {
        await CommitAsync("one", s => s.Set("old", [0]));
        var (first, second) = (Create("one"), Create("one"));
        await first.LoadAsync();
        await second.LoadAsync();
        first.Set("a", [1]);
        second.Set("b", [2]);
        second.Remove("old");
        await first.CommitAsync();
        await second.CommitAsync();
        Assert.Equal(["a", "b"], Create("one").Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_session_that_cannot_be_read_is_empty_and_is_not_overwritten()
    {
        var map = _app.Replica.GetMap<string, byte[]>("peerreplica.sessions");
        foreach (var bytes in new byte[][] { [], [9], [1, 5], [1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [1, 1, 1, 65, 1, 1, 200] })
        {
            map.Set("one", bytes);
            var session = Create("one");
            Assert.False(session.TryGetValue("a", out _));
            Assert.False(session.IsAvailable);
            session.Set("a", [1]);
            await session.CommitAsync();
            Assert.True(map.TryGetValue("one", out var kept));
            Assert.Equal(bytes, kept);
            await Assert.ThrowsAsync<FormatException>(() => Create("one").LoadAsync());
        }
    }

    [Fact]
    public async Task Reading_a_session_a_thousand_times_a_second_is_a_few_replicated_writes()
    {
        await CommitAsync("one", s => s.Set("a", [1]));
        var hash = await _app.Replica.GetContentHashAsync();
        var changes = 0;
        for (var step = 0; step < 60_000; step++)
        {
            await ElapseAsync(TimeSpan.FromMilliseconds(10));
            for (var read = 0; read < 10; read++) await CommitAsync("one", s => Assert.Equal([1], s.Get("a")));
            if (step % 10 != 0 || await _app.Replica.GetContentHashAsync() is not { } now || now == hash) continue;
            (hash, changes) = (now, changes + 1);
        }

        // Ten minutes of windows of 10 s: a use is replicated at most once in a tenth of the window, here 1 s.
        Assert.InRange(changes, 300, 601);
    }
}

public sealed class SessionTests
{
    [Fact]
    public async Task Requests_that_change_two_keys_at_two_instances_at_once_lose_nothing()
    {
        await using var cluster = await WebCluster.StartAsync(3, (s, _) => s.AddPeerReplicaSession(), options: Quick);
        await CommitAsync(cluster[0], "old", 0);
        await cluster.ConvergeAsync();
        cluster.Network.Isolate(WebCluster.AddressOf(0));
        await WebCluster.Eventually(() => cluster[0].Replica.Peers.All(p => p.State != PeerState.Up));
        await CommitAsync(cluster[0], "a", 1);
        await CommitAsync(cluster[1], "b", 2);
        cluster.Network.Rejoin(WebCluster.AddressOf(0));
        await cluster.ConvergeAsync();
        foreach (var instance in cluster.Instances) Assert.Equal("a=1 b=2 old=0", Describe(instance));
        await CommitAsync(cluster[2], "c", 3);
        await cluster.ConvergeAsync();
        foreach (var instance in cluster.Instances) Assert.Equal("a=1 b=2 c=3 old=0", Describe(instance));
    }

    [Fact]
    public async Task Of_one_key_the_later_write_wins_and_a_removal_counts_as_one()
    {
        await using var cluster = await WebCluster.StartAsync(2, (s, _) => s.AddPeerReplicaSession(), options: Quick);
        await CommitAsync(cluster[0], "x", 0);
        await CommitAsync(cluster[0], "y", 0);
        await cluster.ConvergeAsync();
        cluster.Network.Isolate(WebCluster.AddressOf(0));
        await WebCluster.Eventually(() => cluster[0].Replica.Peers.All(p => p.State != PeerState.Up));
        await CommitAsync(cluster[0], "x", 1);
        await Task.Delay(20);
        await CommitAsync(cluster[1], "x", 2);
        var session = Create(cluster[1]);
        session.Remove("y");
        await session.CommitAsync();
        cluster.Network.Rejoin(WebCluster.AddressOf(0));
        await cluster.ConvergeAsync();
        Assert.Equal("x=2", Describe(cluster[0]));
        Assert.Equal("x=2", Describe(cluster[1]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_browsers_session_goes_on_at_another_instance_when_the_first_is_gone(bool merges)
    {
        await using var cluster = await WebCluster.StartAsync(2, (s, _) =>
        {
            s.AddDataProtection().SetApplicationName("app").PersistKeysToPeerReplica();
            if (merges) s.AddPeerReplicaSession();
            else s.AddPeerReplicaDistributedCache().AddSession();
        }, app =>
        {
            app.UseSession();
            app.MapGet("/set/{name}/{value:int}", (string name, int value, HttpContext context) => context.Session.SetInt32(name, value));
            app.MapGet("/get/{name}", (string name, HttpContext context) => $"{context.Session.GetInt32(name)}");
        });
        var browser = new Browser();
        using var first = cluster[0].CreateClient();
        using var second = cluster[1].CreateClient();
        await browser.GetAsync(first, "/set/visits/5");
        await cluster.ConvergeAsync();
        cluster.Network.Isolate(WebCluster.AddressOf(0));
        Assert.Equal("5", (await browser.GetAsync(second, "/get/visits")).Text);
        await browser.GetAsync(second, "/set/visits/6");
        Assert.Equal("6", (await browser.GetAsync(second, "/get/visits")).Text);
        Assert.Equal("", (await new Browser().GetAsync(second, "/get/visits")).Text);
    }

    [Fact]
    public void Sessions_are_registered_in_any_order_and_once()
    {
        var services = new ServiceCollection();
        services.AddPeerReplicaSession(o => o.IdleTimeout = TimeSpan.FromMinutes(1)).AddPeerReplicaSession().AddSession();
        services.AddLogging().AddPeerReplica();
        Assert.Throws<InvalidOperationException>(() => services.AddPeerReplicaSession(configureStore: o => o.MaxSessions = 1));
        Assert.ThrowsAny<ArgumentException>(() => new ServiceCollection().AddPeerReplicaSession(configureStore: o => o.MaxBytes = -1));
        using var provider = services.BuildServiceProvider();
        Assert.Equal("ReplicatedSessionStore", provider.GetRequiredService<ISessionStore>().GetType().Name);
    }

    private static void Quick(PeerReplicaOptions options)
    {
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(20);
        options.PeerTimeout = TimeSpan.FromMilliseconds(100);
    }

    private static ISession Create(WebInstance instance) =>
        instance.Services.GetRequiredService<ISessionStore>().Create("one", TimeSpan.FromMinutes(20), TimeSpan.FromSeconds(1), () => true, false);

    private static async Task CommitAsync(WebInstance instance, string name, int value)
    {
        var session = Create(instance);
        session.SetInt32(name, value);
        await session.CommitAsync();
    }

    private static string Describe(WebInstance instance)
    {
        var session = Create(instance);
        return string.Join(' ', session.Keys.Order(StringComparer.Ordinal).Select(k => $"{k}={session.GetInt32(k)}"));
    }
}
