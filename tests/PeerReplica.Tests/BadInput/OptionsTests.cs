using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PeerReplica.Tests.Api;
using PeerReplica.Transport;

namespace PeerReplica.Tests.BadInput;

public sealed class OptionsTests
{
    /// <summary>Texts without an upper end.</summary>
    private static readonly string[] s_ofCertificates =
    [
        nameof(PeerReplicaOptions.CertificateFile), nameof(PeerReplicaOptions.CertificateKeyFile), nameof(PeerReplicaOptions.CertificatePassword), nameof(PeerReplicaOptions.CertificateThumbprint),
        nameof(PeerReplicaOptions.TrustedAuthoritiesFile), nameof(PeerReplicaOptions.AllowedNodes), nameof(PeerReplicaOptions.Operators),
        nameof(PeerReplicaOptions.AllowedAddresses), nameof(PeerReplicaOptions.DeniedPeersFile),
    ];

    [Fact]
    public void Every_option_that_is_wrong_is_named_in_one_message()
    {
        var e = Assert.Throws<OptionsValidationException>(() => Validated(o =>
        {
            o.ClusterName = "";
            o.NodeName = "";
            o.Listen = "nowhere";
            o.Advertise = "host-without-port";
            o.Seeds.Add("seed:port");
            o.Seeds.Add("good:7400");
            o.Seeds.Add(null!);
            o.SharedSecret = "too short";
            o.PreviousSharedSecrets.Add("too short");
            o.CertificateKeyFile = "tls.key";
            o.CertificatePassword = "of the key";
            o.TrustedAuthoritiesFile = "ca.crt";
            o.AllowedNodes.Add("a");
            o.Operators.Add("admin-*");
            o.AllowedAddresses.Add("10.0.0.5/8");
            o.DeniedPeersFile = "denied";
            o.CertificateReloadInterval = TimeSpan.Zero;
            o.MaxLinkAge = TimeSpan.Zero;
            o.BroadcastInterval = TimeSpan.Zero;
            o.MaxBytesPerSecondPerPeer = 1;
            o.HeartbeatInterval = TimeSpan.Zero;
            o.PeerTimeout = TimeSpan.FromSeconds(-1);
            o.ForgetAfter = TimeSpan.FromSeconds(-2);
            o.RelayAfter = TimeSpan.Zero;
            o.SeedTimeout = TimeSpan.FromSeconds(-1);
            o.ConcernTimeout = TimeSpan.Zero;
            o.DrainTimeout = TimeSpan.FromSeconds(-1);
            o.MaxClockSkew = TimeSpan.Zero;
            o.MaxKeyBytes = 0;
            o.MaxValueBytes = -1;
            o.MaxFrameBytes = 0;
            o.MaxStagedBytes = 0;
            o.WatchCapacity = 0;
            o.ExpectedReplicas = -1;
        }));
        var names = typeof(PeerReplicaOptions).GetProperties().Select(p => p.Name).Except([nameof(PeerReplicaOptions.AllowUnauthenticated), nameof(PeerReplicaOptions.MayBeFirst), nameof(PeerReplicaOptions.CertificateFile), nameof(PeerReplicaOptions.CertificateThumbprint)]);
        Assert.All(names, n => Assert.Contains($" {n} ", e.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("good:7400", e.Message, StringComparison.Ordinal);
        Assert.Equal(names.Count() + 1, e.Failures.Count());
    }

    [Fact]
    public void Options_past_their_upper_ends_are_named_in_one_message()
    {
        var e = Assert.Throws<OptionsValidationException>(() => Validated(o =>
        {
            o.ClusterName = new string('x', 129);
            o.NodeName = new string('x', 129);
            o.Listen = "0.0.0.0:65536";
            o.Advertise = "host:0";
            o.Seeds.Add("host:0");
            o.BroadcastInterval = TimeSpan.MaxValue;
            o.MaxBytesPerSecondPerPeer = long.MaxValue;
            o.HeartbeatInterval = TimeSpan.MaxValue;
            o.PeerTimeout = TimeSpan.MaxValue;
            o.ForgetAfter = TimeSpan.MaxValue;
            o.RelayAfter = TimeSpan.MaxValue;
            o.SeedTimeout = TimeSpan.MaxValue;
            o.ConcernTimeout = TimeSpan.MaxValue;
            o.DrainTimeout = TimeSpan.MaxValue;
            o.MaxClockSkew = TimeSpan.MaxValue;
            o.MaxKeyBytes = int.MaxValue;
            o.MaxValueBytes = int.MaxValue;
            o.MaxFrameBytes = int.MaxValue;
            o.MaxStagedBytes = long.MaxValue;
            o.WatchCapacity = int.MaxValue;
            o.CertificateReloadInterval = TimeSpan.MaxValue;
            o.MaxLinkAge = TimeSpan.MaxValue;
            o.ExpectedReplicas = 65;
        }));
        var names = typeof(PeerReplicaOptions).GetProperties().Select(p => p.Name).Except([nameof(PeerReplicaOptions.AllowUnauthenticated), nameof(PeerReplicaOptions.MayBeFirst), nameof(PeerReplicaOptions.SharedSecret), nameof(PeerReplicaOptions.PreviousSharedSecrets),
            .. s_ofCertificates]);
        Assert.All(names, n => Assert.Contains($" {n} ", e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Less_room_for_unfinished_transfers_than_four_values_need_is_refused()
    {
        var e = Assert.Throws<OptionsValidationException>(() => Validated(o => o.MaxStagedBytes = 50 << 20));
        Assert.Contains("MaxStagedBytes must be at least four times MaxValueBytes", Assert.Single(e.Failures),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_are_no_unicode_are_refused()
    {
        var e = Assert.Throws<OptionsValidationException>(() => Validated(o =>
        {
            o.ClusterName = "half \uD83D";
            o.NodeName = "half \uD83D";
        }));
        Assert.Contains("ClusterName", e.Message, StringComparison.Ordinal);
        Assert.Contains("NodeName", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("\t\n")]
    public void A_name_of_white_space_is_refused(string name)
    {
        foreach (var set in (Action<PeerReplicaOptions>[])[o => o.NodeName = name, o => o.ClusterName = name])
            Assert.Contains("white space", Assert.Throws<OptionsValidationException>(() => Validated(set)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_named_by_nothing_is_refused_by_its_option()
    {
        foreach (var (name, set) in new (string, Action<PeerReplicaOptions>)[]
        {
            ("CertificateFile", o => o.CertificateFile = ""), ("CertificateThumbprint", o => o.CertificateThumbprint = " "),
            ("TrustedAuthoritiesFile", o => o.TrustedAuthoritiesFile = ""), ("DeniedPeersFile", o => o.DeniedPeersFile = ""),
        })
        {
            Assert.Contains($"{name} is set and empty", Assert.Throws<OptionsValidationException>(() => Validated(set)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Default_options_are_valid() => Assert.Equal("default", Validated(_ => { }).ClusterName);

    [Theory]
    [InlineData("0.0.0.0:7400")]
    [InlineData("192.168.1.1:7400")]
    [InlineData("[::]:7400")]
    public void Listening_for_others_without_a_secret_is_refused_with_what_to_do(string listen)
    {
        var e = Assert.Throws<OptionsValidationException>(() => Validated(o => o.Listen = listen));
        Assert.Contains(listen, e.Message, StringComparison.Ordinal);
        Assert.Contains("SharedSecret", e.Message, StringComparison.Ordinal);
        Assert.Contains("AllowUnauthenticated", e.Message, StringComparison.Ordinal);
        Assert.Equal(listen, Validated(o => (o.Listen, o.SharedSecret) = (listen, Secrets.First)).Listen);
        Assert.Equal(listen, Validated(o => (o.Listen, o.AllowUnauthenticated) = (listen, true)).Listen);
    }

    [Theory]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.8.9.10:7400")]
    [InlineData("[::1]:7400")]
    [InlineData("localhost:7400")]
    public void Listening_on_loopback_needs_no_secret(string listen) => Assert.Equal(listen, Validated(o => o.Listen = listen).Listen);

    [Theory]
    [InlineData("example.org:7400")]
    [InlineData("7400")]
    [InlineData(":7400")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("::1:7400")]
    [InlineData("")]
    [InlineData(null)]
    public void An_address_to_listen_at_that_is_none_is_refused(string? listen)
    {
        var e = Assert.Throws<OptionsValidationException>(() => Validated(o => o.Listen = listen!));
        Assert.Contains("Listen must be an IP address and port", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0:7400", "wildcard")]
    [InlineData("[::]:7400", "wildcard")]
    [InlineData("[::ffff:0.0.0.0]:7400", "wildcard")]
    [InlineData("0:7400", "wildcard")]
    [InlineData("10.0.0.1:0", "port 0")]
    [InlineData("shop:0", "port 0")]
    [InlineData("224.0.0.1:7400", "multicast")]
    [InlineData("[ff02::1]:7400", "multicast")]
    [InlineData("255.255.255.255:7400", "broadcast")]
    [InlineData("240.0.0.1:7400", "no address of a machine")]
    [InlineData("shop", "not of that form")]
    [InlineData("shop:http", "not of that form")]
    [InlineData("::1:7400", "not of that form")]
    [InlineData("[::1:7400", "not of that form")]
    [InlineData("http://shop:7400", "not of that form")]
    [InlineData("sh op:7400", "no valid host name")]
    public void An_address_where_no_replica_can_be_reached_is_refused(string address, string why)
    {
        var advertise = Assert.Throws<OptionsValidationException>(() => Validated(o => o.Advertise = address));
        Assert.Contains("Advertise", Assert.Single(advertise.Failures), StringComparison.Ordinal);
        Assert.Contains(address, advertise.Message, StringComparison.Ordinal);
        Assert.Contains(why, advertise.Message, StringComparison.Ordinal);
        if (address.Contains(' ', StringComparison.Ordinal)) return;
        var seed = Assert.Throws<OptionsValidationException>(() => Validated(o => o.Seeds.Add($"good:7400,{address}")));
        Assert.Contains($"'{address}'", Assert.Single(seed.Failures), StringComparison.Ordinal);
        Assert.Contains(why, seed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shop-1.shop.default.svc.cluster.local:7400")]
    [InlineData("my_service:7400")]
    [InlineData("10.0.0.1:7400")]
    [InlineData("[2001:db8::1]:7400")]
    public void An_address_where_a_replica_can_be_reached_is_taken(string address)
    {
        Assert.Equal(address, Validated(o => o.Advertise = address).Advertise);
        Assert.Equal([address], Validated(o => o.Seeds.Add(address)).Seeds);
    }

    [Theory]
    [InlineData("224.0.0.1:7400")]
    [InlineData("255.255.255.255:7400")]
    [InlineData("[ff02::1]:7400")]
    public void Listening_where_no_machine_listens_is_refused(string listen)
    {
        var e = Assert.Throws<OptionsValidationException>(() => Validated(o => (o.Listen, o.AllowUnauthenticated) = (listen, true)));
        Assert.Contains($"Listen is '{listen}'", Assert.Single(e.Failures), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a:7400,b:7400")]
    [InlineData("a:7400;b:7400")]
    [InlineData("a:7400 b:7400")]
    [InlineData(" a:7400,\n b:7400,A:7400;")]
    public void One_setting_holds_several_seeds(string setting)
    {
        Assert.Equal(["a:7400", "b:7400"], SeedList.Parse(Validated(o => o.Seeds.Add(setting)).Seeds));
        Assert.Equal(["a:7400", "b:7400"], SeedList.Parse(Bound(new() { ["Seeds"] = setting }).Seeds));
        Assert.Equal(["a:7400", "b:7400", "[::1]:7400"], SeedList.Parse(Bound(new() { ["Seeds:0"] = setting, ["Seeds:1"] = "[::1]:7400" }).Seeds));
    }

    [Fact]
    public async Task A_host_with_invalid_options_does_not_start()
    {
        await using var host = Hosts.Create(b => b.AddCounter("sold"), o => o.MaxKeyBytes = 1);
        var e = await Assert.ThrowsAsync<OptionsValidationException>(host.StartAsync);
        Assert.Contains("MaxKeyBytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_said_with_what_to_do_and_the_first_replica_goes_on()
    {
        await using var first = await Hosts.StartAsync(b => b.AddCounter("sold"));
        await using var second = Hosts.Create(b => b.AddCounter("sold"), o => o.Listen = first.Address);
        var e = await Assert.ThrowsAsync<TransportException>(second.StartAsync);
        Assert.Contains(first.Address, e.Message, StringComparison.Ordinal);
        Assert.Contains("the port is in use", e.Message, StringComparison.Ordinal);
        Assert.Contains("set Listen to another port", e.Message, StringComparison.Ordinal);
        Assert.Equal(ReplicaState.Running, first.Replica.State);
        var refused = Assert.Throws<ReplicaNotRunningException>(() => second.Replica.GetCounter("sold").Add(2));
        Assert.Contains("the port is in use", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, second.Replica.GetCounter("sold").Value);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_said()
    {
        await using var host = Hosts.Create(configure: o => (o.Listen, o.AllowUnauthenticated) = ("192.0.2.1:7400", true));
        var e = await Assert.ThrowsAsync<TransportException>(host.StartAsync);
        Assert.Contains("this machine has no such address", e.Message, StringComparison.Ordinal);
    }

    private static PeerReplicaOptions Bound(Dictionary<string, string?> settings)
    {
        var services = new ServiceCollection();
        services.AddPeerReplica(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<PeerReplicaOptions>>().Value;
    }

    private static PeerReplicaOptions Validated(Action<PeerReplicaOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddPeerReplica(configure);
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<PeerReplicaOptions>>().Value;
    }
}
