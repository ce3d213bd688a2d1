using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PeerReplica.Security;

namespace PeerReplica.Tests.Api;

public sealed class RegistrationTests
{
    [Fact]
    public void Every_object_is_a_keyed_service_and_the_same_handle_as_by_name()
    {
        var services = new ServiceCollection();
        services.AddPeerReplica().AddCounter("counter").AddRegister<int>("register").AddMultiValueRegister<string>("multi")
            .AddMap<string, Seat>("map", TimeSpan.FromMinutes(1)).AddSet<Guid>("set").AddFlag("flag").AddPresence<double>("presence");
        using var provider = services.BuildServiceProvider();
        var replica = provider.GetRequiredService<IPeerReplica>();
        Assert.Same(replica.GetCounter("counter"), provider.GetRequiredKeyedService<ICounter>("counter"));
        Assert.Same(replica.GetRegister<int>("register"), provider.GetRequiredKeyedService<IRegister<int>>("register"));
        Assert.Same(replica.GetMultiValueRegister<string>("multi"), provider.GetRequiredKeyedService<IMultiValueRegister<string>>("multi"));
        Assert.Same(replica.GetMap<string, Seat>("map"), provider.GetRequiredKeyedService<IReplicatedMap<string, Seat>>("map"));
        Assert.Same(replica.GetSet<Guid>("set"), provider.GetRequiredKeyedService<IReplicatedSet<Guid>>("set"));
        Assert.Same(replica.GetFlag("flag"), provider.GetRequiredKeyedService<IFlag>("flag"));
        Assert.Same(replica.GetPresence<double>("presence"), provider.GetRequiredKeyedService<IPresence<double>>("presence"));
        Assert.Null(provider.GetKeyedService<ICounter>("other"));
    }

    [Fact]
    public void Adding_twice_configures_one_replica_further()
    {
        var services = new ServiceCollection();
        services.AddPeerReplica(o => o.ClusterName = "first").AddCounter("a");
        var builder = services.AddPeerReplica(o => o.NodeName = "second").AddCounter("b");
        Assert.Same(services, builder.Services);
        using var provider = services.BuildServiceProvider();
        var replica = Assert.Single(provider.GetServices<IPeerReplica>());
        Assert.Same(replica, Assert.Single(provider.GetServices<IHostedService>()));
        Assert.Equal("a", replica.GetCounter("a").Name);
        Assert.Equal("b", replica.GetCounter("b").Name);
        var options = provider.GetRequiredService<IOptions<PeerReplicaOptions>>().Value;
        Assert.Equal(("first", "second"), (options.ClusterName, options.NodeName));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_library_registers_objects_before_or_after_the_replica(bool isBefore)
    {
        var services = new ServiceCollection();
        if (isBefore) services.AddPeerReplicaObjects(o => o.AddCounter("library.count"));
        services.AddPeerReplica().AddCounter("app.count");
        if (!isBefore) services.AddPeerReplicaObjects(o => o.AddCounter("library.count"));
        using var provider = services.BuildServiceProvider();
        var replica = provider.GetRequiredService<IPeerReplica>();
        Assert.Same(replica.GetCounter("library.count"), provider.GetRequiredKeyedService<ICounter>("library.count"));
        Assert.Equal("app.count", replica.GetCounter("app.count").Name);
    }

    [Fact]
    public void Objects_of_a_library_do_not_add_a_replica_and_take_no_name_twice()
    {
        var services = new ServiceCollection().AddPeerReplicaObjects(o => o.AddCounter("library.count"));
        Assert.Throws<ArgumentException>(() => services.AddPeerReplicaObjects(o => o.AddFlag("library.count")));
        using var provider = services.BuildServiceProvider();
        Assert.Null(provider.GetService<IPeerReplica>());
        Assert.Empty(provider.GetServices<IHostedService>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_replica_runs_before_any_hosted_service_starts(bool isConcurrent)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var early = new EarlyService();
        builder.Services.AddSingleton<IHostedService>(p => early.With(p.GetRequiredService<IPeerReplica>()));
        builder.Services.AddPeerReplica(o => o.Listen = "127.0.0.1:0");
        builder.Services.Configure<HostOptions>(o => o.ServicesStartConcurrently = isConcurrent);
        using var host = builder.Build();
        await host.StartAsync();
        Assert.Equal(ReplicaState.Running, early.StateAtStart);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_replica_that_its_host_started_is_not_started_again()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddPeerReplica(o => o.Listen = "127.0.0.1:0");
        using var host = builder.Build();
        await host.StartAsync();
        var hosted = Assert.Single(host.Services.GetServices<IHostedService>());
        await Assert.ThrowsAsync<InvalidOperationException>(() => hosted.StartAsync(CancellationToken.None));
        await host.StopAsync();
    }

    private sealed class EarlyService : IHostedService
    {
        private IPeerReplica? _replica;

        public ReplicaState StateAtStart { get; private set; }

        public EarlyService With(IPeerReplica replica)
        {
            _replica = replica;
            return this;
        }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            StateAtStart = _replica!.State;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [Fact]
    public void Every_option_binds_from_configuration()
    {
        var text = new Dictionary<string, string?>
        {
            ["ClusterName"] = "tickets",
            ["NodeName"] = "agent-1",
            ["Listen"] = "0.0.0.0:7401",
            ["Advertise"] = "example.org:7402",
            ["Seeds:0"] = "10.0.0.1:7400",
            ["Seeds:1"] = "[::1]:7400",
            ["SharedSecret"] = Secrets.First,
            ["PreviousSharedSecrets:0"] = Secrets.Second,
            ["AllowedAddresses:0"] = "10.0.0.0/8",
            ["AllowedAddresses:1"] = "*.example.org:7400",
            ["AllowUnauthenticated"] = "true",
            ["MayBeFirst"] = "true",
            ["BroadcastInterval"] = "00:00:00.011",
            ["MaxBytesPerSecondPerPeer"] = "1000001",
            ["HeartbeatInterval"] = "00:00:02",
            ["PeerTimeout"] = "00:00:07",
            ["ForgetAfter"] = "02:00:00",
            ["RelayAfter"] = "00:00:00.060",
            ["SeedTimeout"] = "00:00:06",
            ["ConcernTimeout"] = "00:00:08",
            ["DrainTimeout"] = "00:00:09",
            ["MaxClockSkew"] = "00:00:30",
            ["MaxKeyBytes"] = "2000",
            ["MaxValueBytes"] = "3000",
            ["MaxFrameBytes"] = "50000",
            ["MaxStagedBytes"] = "64MiB",
            ["WatchCapacity"] = "100",
            ["ExpectedReplicas"] = "3",
            ["MaxLinkAge"] = "3h",
        };
        var names = typeof(PeerReplicaOptions).GetProperties().Select(p => p.Name).Except(s_ofCertificates).Order(StringComparer.Ordinal);
        Assert.Equal(names, text.Keys.Select(k => k.Split(':')[0]).Distinct().Order(StringComparer.Ordinal));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(text.ToDictionary(e => $"PeerReplica:{e.Key}", e => e.Value)).Build();
        var services = new ServiceCollection();
        services.AddPeerReplica(configuration.GetSection("PeerReplica"), o => o.WatchCapacity++);
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptions<PeerReplicaOptions>>().Value;
        Assert.Equal("tickets", options.ClusterName);
        Assert.Equal("agent-1", options.NodeName);
        Assert.Equal("0.0.0.0:7401", options.Listen);
        Assert.Equal("example.org:7402", options.Advertise);
        Assert.Equal(["10.0.0.1:7400", "[::1]:7400"], options.Seeds);
        Assert.Equal(Secrets.First, options.SharedSecret);
        Assert.Equal([Secrets.Second], options.PreviousSharedSecrets);
        Assert.Equal(["10.0.0.0/8", "*.example.org:7400"], options.AllowedAddresses);
        Assert.True(options.AllowUnauthenticated);
        Assert.True(options.MayBeFirst);
        Assert.Equal(TimeSpan.FromMilliseconds(11), options.BroadcastInterval);
        Assert.Equal(1_000_001, options.MaxBytesPerSecondPerPeer);
        Assert.Equal(TimeSpan.FromSeconds(2), options.HeartbeatInterval);
        Assert.Equal(TimeSpan.FromSeconds(7), options.PeerTimeout);
        Assert.Equal(TimeSpan.FromHours(2), options.ForgetAfter);
        Assert.Equal(TimeSpan.FromMilliseconds(60), options.RelayAfter);
        Assert.Equal(TimeSpan.FromSeconds(6), options.SeedTimeout);
        Assert.Equal(TimeSpan.FromSeconds(8), options.ConcernTimeout);
        Assert.Equal(TimeSpan.FromSeconds(9), options.DrainTimeout);
        Assert.Equal(TimeSpan.FromSeconds(30), options.MaxClockSkew);
        Assert.Equal((2000, 3000, 50_000, 101), (options.MaxKeyBytes, options.MaxValueBytes, options.MaxFrameBytes, options.WatchCapacity));
        Assert.Equal(64L << 20, options.MaxStagedBytes);
        Assert.Equal(3, options.ExpectedReplicas);
        Assert.Equal(TimeSpan.FromHours(3), options.MaxLinkAge);
    }

    /// <summary>With a secret they are refused, so they are bound in a test of their own.</summary>
    private static readonly string[] s_ofCertificates =
    [
        "CertificateFile", "CertificateKeyFile", "CertificatePassword", "CertificateThumbprint", "TrustedAuthoritiesFile", "AllowedNodes", "Operators", "DeniedPeersFile", "CertificateReloadInterval",
    ];

    [Fact]
    public void Options_about_certificates_bind_from_configuration()
    {
        using var authority = DevelopmentAuthority.Create("default");
        var directory = Directory.CreateTempSubdirectory("peerreplica-tests-").FullName;
        try
        {
            authority.IssueTo("a", directory);
            File.WriteAllText(Path.Combine(directory, "denied"), "b\n");
            var text = new Dictionary<string, string?>
            {
                ["CertificateFile"] = Path.Combine(directory, "tls.crt"),
                ["CertificateKeyFile"] = Path.Combine(directory, "tls.key"),
                ["TrustedAuthoritiesFile"] = Path.Combine(directory, "ca.crt"),
                ["DeniedPeersFile"] = Path.Combine(directory, "denied"),
                ["AllowedNodes:0"] = "a*",
                ["Operators:0"] = "admin-*",
                ["Operators:1"] = "root",
                ["CertificateReloadInterval"] = "3s",
                ["Listen"] = "0.0.0.0:7400",
            };
            using var provider = new ServiceCollection().AddPeerReplica(new ConfigurationBuilder().AddInMemoryCollection(text).Build()).Services.BuildServiceProvider();
            var options = provider.GetRequiredService<IOptions<PeerReplicaOptions>>().Value;
            Assert.Equal(text["CertificateFile"], options.CertificateFile);
            Assert.Equal(text["CertificateKeyFile"], options.CertificateKeyFile);
            Assert.Equal(text["TrustedAuthoritiesFile"], options.TrustedAuthoritiesFile);
            Assert.Equal(text["DeniedPeersFile"], options.DeniedPeersFile);
            Assert.Equal(["a*"], options.AllowedNodes);
            Assert.Equal(["admin-*", "root"], options.Operators);
            Assert.Equal(TimeSpan.FromSeconds(3), options.CertificateReloadInterval);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
