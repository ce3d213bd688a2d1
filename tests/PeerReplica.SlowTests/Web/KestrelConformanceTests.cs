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

namespace PeerReplica.SlowTests.Web;

/// <summary>
/// The tables of the web package on real instances: Kestrel, sockets, TLS, and the machine's clock. Each row has two instances; the
/// table runs at one of them.
/// </summary>
public sealed class KestrelConformanceTests
{
    /// <summary>At the same time: rows mostly wait for what expires.</summary>
    [Fact]
    public Task The_tables_of_the_distributed_cache_sessions_and_the_output_cache_hold_on_Kestrel() => Task.WhenAll(
        ConformanceTable.AssertAsync(() => new CacheTable(), 30),
        ConformanceTable.AssertAsync(() => new SessionTable(), 10),
        ConformanceTable.AssertAsync(() => new OutputTable(), 8));

    [Fact]
    public async Task Five_instances_on_Kestrel_that_start_together_generate_one_key()
    {
        string[] addresses = [.. Tools.FreePorts(5).Select(p => $"127.0.0.1:{p}")];
        var instances = await Task.WhenAll(addresses.Select(address => Task.Run(() => KestrelInstance.StartAsync(
            s => s.AddDataProtection().SetApplicationName("app").PersistKeysToPeerReplica(),
            o =>
            {
                (o.Listen, o.NodeName, o.ExpectedReplicas) = (address, address, 5);
                foreach (var seed in addresses) o.Seeds.Add(seed);
            }))));
        try
        {
            var texts = await Task.WhenAll(instances.Select(i => Task.Run(() => i.App.Services.GetDataProtector("purpose").Protect("text"))));
            await instances[0].Replica.FlushAsync(WriteConcern.All.WithTimeout(TimeSpan.FromSeconds(30)));
            foreach (var instance in instances)
            {
                Assert.All(texts, t => Assert.Equal("text", instance.App.Services.GetDataProtector("purpose").Unprotect(t)));
                Assert.Single(instance.App.Services.GetRequiredService<IOptions<KeyManagementOptions>>().Value.XmlRepository!.GetAllElements());
            }
        }
        finally
        {
            await Task.WhenAll(instances.Select(i => i.DisposeAsync().AsTask()));
        }
    }

    /// <summary>Two instances for one row.</summary>
    private sealed class Pair(Action<IServiceCollection> configure)
    {
        private KestrelInstance? _first;
        private KestrelInstance? _second;

        public IServiceProvider Services => _second!.App.Services;

        public async Task StartAsync()
        {
            _first = await KestrelInstance.StartAsync(configure);
            _second = await KestrelInstance.StartAsync(configure, o => o.Seeds.Add(_first.Replica.Self.Address));
        }

        public async Task StopAsync()
        {
            if (_second is not null) await _second.DisposeAsync();
            if (_first is not null) await _first.DisposeAsync();
        }
    }

    private sealed class CacheTable : DistributedCacheConformance
    {
        private readonly Pair _pair = new(s => s.AddPeerReplicaDistributedCache());

        protected override IDistributedCache Cache => _pair.Services.GetRequiredService<IDistributedCache>();

        public override Task InitializeAsync() => _pair.StartAsync();

        public override Task DisposeAsync() => _pair.StopAsync();

        protected override Task ElapseAsync(TimeSpan time) => Task.Delay(time);
    }

    private sealed class SessionTable : SessionConformance
    {
        private readonly Pair _pair = new(s => s.AddPeerReplicaSession());

        protected override ISessionStore Store => _pair.Services.GetRequiredService<ISessionStore>();

        public override Task InitializeAsync() => _pair.StartAsync();

        public override Task DisposeAsync() => _pair.StopAsync();

        protected override Task ElapseAsync(TimeSpan time) => Task.Delay(time);
    }

    private sealed class OutputTable : OutputCacheConformance
    {
        private readonly Pair _pair = new(s => s.AddPeerReplicaOutputCache());

        protected override IOutputCacheStore Store => _pair.Services.GetRequiredService<IOutputCacheStore>();

        public override Task InitializeAsync() => _pair.StartAsync();

        public override Task DisposeAsync() => _pair.StopAsync();

        protected override Task ElapseAsync(TimeSpan time) => Task.Delay(time);
    }
}
