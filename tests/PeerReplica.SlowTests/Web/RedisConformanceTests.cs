using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PeerReplica.AspNetCore.Tests.Caching;
using PeerReplica.AspNetCore.Tests.OutputCaching;
using PeerReplica.AspNetCore.Tests.Sessions;
using StackExchange.Redis;

namespace PeerReplica.SlowTests.Web;

/// <summary>
/// The tables of the web package hold for the implementations that keep their state in Redis, but for the differences that are named here: so the tables
/// describe the framework, and not this library.
/// </summary>
public sealed class RedisConformanceTests
{
    /// <summary>At the same time: rows mostly wait for what expires.</summary>
    [ToolFact("redis-server")]
    public async Task The_tables_of_the_distributed_cache_sessions_and_the_output_cache_hold_for_Redis()
    {
        using var redis = await RedisServer.StartAsync();
        await Task.WhenAll(
            ConformanceTable.AssertAsync(() => new CacheTable(redis.Configuration), 30),
            ConformanceTable.AssertAsync(() => new SessionTable(redis.Configuration), 10),
            OutputTableAsync(redis.Configuration));
    }

    [ToolFact("redis-server")]
    public async Task Instances_that_start_together_on_Redis_each_generate_a_key()
    {
        using var redis = await RedisServer.StartAsync();
        var apps = Enumerable.Range(0, 5).Select(_ =>
        {
            var services = new ServiceCollection();
            services.AddLogging().AddDataProtection().SetApplicationName("app").PersistKeysToStackExchangeRedis(ConnectionMultiplexer.Connect(redis.Configuration));
            return services.BuildServiceProvider();
        }).ToArray();
        var start = new ManualResetEventSlim();
        var protecting = apps.Select(a => Task.Run(() =>
        {
            start.Wait();
            return a.GetDataProtector("purpose").Protect("text");
        })).ToArray();
        start.Set();
        await Task.WhenAll(protecting);
        var repository = apps[0].GetRequiredService<IOptions<KeyManagementOptions>>().Value.XmlRepository!;
        Assert.True(repository.GetAllElements().Count > 1, "the tests of this library would not notice a lack of agreement");
        repository.StoreElement(new XElement("second"), "same");
        repository.StoreElement(new XElement("third"), "same");
        Assert.Contains(repository.GetAllElements(), e => e.Name == "second");
        foreach (var app in apps) await app.DisposeAsync();
    }

    private static async Task OutputTableAsync(string configuration)
    {
        var (rows, failures) = await ConformanceTable.RunAsync(() => new OutputTable(configuration));
        Assert.True(rows >= 8, $"The table has {rows} rows.");

        // A null key or tag is sent to the server, which refuses it.
        var difference = Assert.Single(failures);
        Assert.Equal(nameof(OutputCacheConformance.Null_arguments_are_refused), difference.Key);
        Assert.Contains(nameof(RedisServerException), difference.Value.Message, StringComparison.Ordinal);
    }

    private static ServiceCollection NewApp() => new();

    private sealed class CacheTable(string configuration) : DistributedCacheConformance
    {
        private readonly ServiceProvider _services = NewApp().AddStackExchangeRedisCache(
            o => (o.Configuration, o.InstanceName) = (configuration, Guid.NewGuid().ToString())).BuildServiceProvider();

        protected override IDistributedCache Cache => _services.GetRequiredService<IDistributedCache>();

        public override Task InitializeAsync() => Task.CompletedTask;

        public override async Task DisposeAsync() => await _services.DisposeAsync();

        protected override Task ElapseAsync(TimeSpan time) => Task.Delay(time);
    }

    private sealed class SessionTable(string configuration) : SessionConformance
    {
        private readonly ServiceProvider _services = NewApp().AddLogging().AddStackExchangeRedisCache(
            o => (o.Configuration, o.InstanceName) = (configuration, Guid.NewGuid().ToString())).AddSession().BuildServiceProvider();

        protected override ISessionStore Store => _services.GetRequiredService<ISessionStore>();

        public override Task InitializeAsync() => Task.CompletedTask;

        public override async Task DisposeAsync() => await _services.DisposeAsync();

        protected override Task ElapseAsync(TimeSpan time) => Task.Delay(time);
    }

    private sealed class OutputTable(string configuration) : OutputCacheConformance
    {
        private readonly ServiceProvider _services = NewApp().AddLogging().AddStackExchangeRedisOutputCache(
            o => (o.Configuration, o.InstanceName) = (configuration, Guid.NewGuid().ToString())).BuildServiceProvider();

        protected override IOutputCacheStore Store => _services.GetRequiredService<IOutputCacheStore>();

        public override Task InitializeAsync() => Task.CompletedTask;

        public override async Task DisposeAsync() => await _services.DisposeAsync();

        protected override Task ElapseAsync(TimeSpan time) => Task.Delay(time);
    }
}
