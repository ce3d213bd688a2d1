using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.BadInput;

/// <summary>What configuration sets, and what it is refused for.</summary>
public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("Seed", "a:7400", "Seeds")]
    [InlineData("seed:0", "a:7400", "Seeds")]
    [InlineData("HeartBeatIntervall", "1s", "HeartbeatInterval")]
    [InlineData("Heartbeat", "1s", "HeartbeatInterval")]
    [InlineData("Expected_Replicas", "3", "ExpectedReplicas")]
    [InlineData("ClusterNam", "x", "ClusterName")]
    [InlineData("MaxFrameByte", "4096", "MaxFrameBytes")]
    public void A_key_that_is_no_setting_is_refused_with_the_one_that_was_meant(string key, string value, string meant)
    {
        var message = Refused((key, value));
        Assert.Contains($"PeerReplica:{key.Split(':')[0]}'", message, StringComparison.Ordinal);
        Assert.Contains($"did you mean {meant}?", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_resembles_no_setting_is_refused_with_all_there_are()
    {
        var message = Refused(("Quux", "1"));
        Assert.Contains("'PeerReplica:Quux' ('1') is no setting", message, StringComparison.Ordinal);
        Assert.Contains("ClusterName, NodeName, Listen", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("1.5s", 1500)]
    [InlineData("5s", 5000)]
    [InlineData(" 5 s ", 5000)]
    [InlineData("5 seconds", 5000)]
    [InlineData("0.5m", 30_000)]
    [InlineData("1m", 60_000)]
    [InlineData("00:00:05", 5000)]
    [InlineData("0:00:05.25", 5250)]
    [InlineData("0.00:00:05", 5000)]
    [InlineData("PT5S", 5000)]
    [InlineData("1s500ms", 1500)]
    public void A_duration_is_read_in_every_form_that_has_a_unit(string text, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Read(("HeartbeatInterval", text), ("PeerTimeout", "1h")).HeartbeatInterval);

    [Theory]
    [InlineData("24:00:00", 24)]
    [InlineData("36:00:00", 36)]
    [InlineData("1.12:00:00", 36)]
    [InlineData("1d12h", 36)]
    [InlineData("P1DT12H", 36)]
    [InlineData("2d", 48)]
    public void Hours_above_23_are_hours(string text, int hours) => Assert.Equal(TimeSpan.FromHours(hours), Read(("ForgetAfter", text)).ForgetAfter);

    [Theory]
    [InlineData("250")]
    [InlineData("1.5")]
    [InlineData("0")]
    [InlineData("1e3")]
    public void A_duration_without_a_unit_is_refused_with_the_remedy(string text)
    {
        var message = Refused(("HeartbeatInterval", text));
        Assert.Contains($"'PeerReplica:HeartbeatInterval' is '{text}'", message, StringComparison.Ordinal);
        Assert.Contains($"write {text}ms or {text}s", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("1:30")]
    [InlineData("00:61:00")]
    [InlineData("00:00:60")]
    [InlineData("1.24:00:00")]
    [InlineData("1,5s")]
    [InlineData("5 s s")]
    [InlineData("5x")]
    [InlineData("s")]
    [InlineData("1.2.3s")]
    [InlineData("P1M")]
    [InlineData("Infinite")]
    [InlineData("--5s")]
    [InlineData("1s1s")]
    [InlineData("30s1m")]
    public void A_text_that_is_no_duration_is_refused_with_the_forms(string text)
    {
        var message = Refused(("HeartbeatInterval", text));
        Assert.Contains($"'PeerReplica:HeartbeatInterval' is '{text}'", message, StringComparison.Ordinal);
        Assert.Contains("250ms", message, StringComparison.Ordinal);
        Assert.Contains("hh:mm:ss", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-5s", "at least 00:00:00.0100000")]
    [InlineData("-00:00:05", "at least 00:00:00.0100000")]
    [InlineData("61s", "at most 00:01:00")]
    [InlineData("999999999999999999999d", "at most 00:01:00")]
    [InlineData("999999999999:00:00", "at most 00:01:00")]
    public void A_duration_out_of_bounds_is_refused_with_the_bound(string text, string bound)
    {
        var message = Refused(("HeartbeatInterval", text));
        Assert.Contains($"HeartbeatInterval must be {bound}", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("64KiB", 65_536)]
    [InlineData("4 KiB", 4096)]
    [InlineData("1MiB", 1 << 20)]
    [InlineData("4096", 4096)]
    [InlineData("8192B", 8192)]
    public void A_size_may_have_a_binary_unit(string text, int bytes) => Assert.Equal(bytes, Read(("MaxFrameBytes", text)).MaxFrameBytes);

    [Theory]
    [InlineData("MaxFrameBytes", "1MB")]
    [InlineData("MaxFrameBytes", "64k")]
    [InlineData("MaxFrameBytes", "1.5MiB")]
    [InlineData("MaxFrameBytes", "0x1000")]
    [InlineData("MaxFrameBytes", "4,096")]
    [InlineData("MaxFrameBytes", "")]
    [InlineData("MaxFrameBytes", "-1")]
    [InlineData("MaxFrameBytes", "99999999999999999999999")]
    [InlineData("MaxFrameBytes", "999999999999GiB")]
    [InlineData("MaxKeyBytes", "1GiB")]
    [InlineData("ExpectedReplicas", "3 replicas")]
    [InlineData("ExpectedReplicas", "3KiB")]
    [InlineData("ExpectedReplicas", "3.0")]
    [InlineData("ExpectedReplicas", "-1")]
    [InlineData("ExpectedReplicas", "65")]
    [InlineData("WatchCapacity", "true")]
    [InlineData("AllowUnauthenticated", "yes")]
    [InlineData("AllowUnauthenticated", "1")]
    [InlineData("AllowUnauthenticated", "")]
    public void A_number_or_switch_of_another_form_is_refused_with_its_path_and_value(string key, string value)
    {
        var message = Refused((key, value));
        Assert.Contains($"'PeerReplica:{key}' is '{value}'", message, StringComparison.Ordinal);
        Assert.Contains($"{key} must be", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_out_of_bounds_is_refused_with_the_bound_that_it_violates()
    {
        Assert.Contains("at most 64.", Refused(("ExpectedReplicas", "65")), StringComparison.Ordinal);
        Assert.Contains("at least 0.", Refused(("ExpectedReplicas", "-1")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Listen:Host", "0.0.0.0")]
    [InlineData("HeartbeatInterval:Seconds", "5")]
    [InlineData("Seeds:Host", "a")]
    [InlineData("Seeds:0:Host", "a")]
    [InlineData("ClusterName:0", "a")]
    public void A_section_where_a_value_belongs_is_refused(string key, string value) =>
        Assert.Contains($"PeerReplica:{key.Split(':')[0]}", Refused((key, value)), StringComparison.Ordinal);

    [Fact]
    public void Every_fault_of_reading_and_of_bounds_is_in_one_message()
    {
        var message = Refused(("Seed", "a:1"), ("HeartbeatInterval", "250"), ("AllowUnauthenticated", "maybe"), ("BroadcastInterval", "1m"), ("ClusterName", ""));
        Assert.All(["'PeerReplica:Seed'", "'PeerReplica:HeartbeatInterval'", "'PeerReplica:AllowUnauthenticated'", "BroadcastInterval must be at most", "ClusterName must have"],
            part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Seeds_are_a_list_or_one_value()
    {
        Assert.Equal(["a:1", "b:2"], Read(("Seeds:0", "a:1"), ("Seeds:1", "b:2")).Seeds);
        Assert.Equal(["a:1"], Read(("Seeds", "a:1")).Seeds);
        Assert.Empty(Read(("Seeds", "")).Seeds);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData(null, 0)]
    public async Task An_empty_list_of_seeds_is_warned_of(string? seeds, int warnings)
    {
        using var logs = new CapturedLogs();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(logs);
        builder.Configuration.AddInMemoryCollection([new("PeerReplica:Listen", "127.0.0.1:0")]);
        if (seeds is not null) builder.Configuration.AddInMemoryCollection([new("PeerReplica:Seeds", seeds)]);
        builder.Services.AddPeerReplica(builder.Configuration.GetSection("PeerReplica"));
        using var host = builder.Build();
        await host.StartAsync();
        await host.StopAsync();
        Assert.Equal(warnings, logs.All.Count(e => e.EventId == 28));
    }

    [Fact]
    public void Keys_are_read_without_regard_to_case_and_from_the_environment()
    {
        var prefix = $"TEST{Guid.NewGuid():N}_";
        Environment.SetEnvironmentVariable($"{prefix}PEERREPLICA__SEEDS__0", "a:1");
        Environment.SetEnvironmentVariable($"{prefix}PEERREPLICA__HEARTBEATINTERVAL", "250ms");
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables(prefix).Build();
        var options = Options(configuration.GetSection("PeerReplica"));
        Assert.Equal(["a:1"], options.Seeds);
        Assert.Equal(TimeSpan.FromMilliseconds(250), options.HeartbeatInterval);
    }

    [Fact]
    public void A_section_that_is_a_single_value_is_refused()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("PeerReplica", "on")]).Build();
        Assert.Contains("must be a section", Assert.Throws<OptionsValidationException>(() => Options(configuration.GetSection("PeerReplica"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_configuration_instead_of_the_section_is_refused_briefly()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(Enumerable.Range(0, 500).Select(i => new KeyValuePair<string, string?>($"Variable{i}", "x"))).Build();
        var message = Assert.Throws<OptionsValidationException>(() => Options(configuration)).Message;
        Assert.Contains("GetSection(\"PeerReplica\")", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 1, 10_000);
    }

    [Fact]
    public void A_secret_is_in_no_message()
    {
        var message = Refused(("SharedSecret", "hunter2"), ("SharedSecert", "hunter3"), ("Password", "hunter4"), ("SharedSecret:0", "hunter5"));
        Assert.DoesNotContain("hunter", message, StringComparison.Ordinal);
        Assert.Contains("did you mean SharedSecret?", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_option_is_a_setting() => Assert.Equal(
        typeof(PeerReplicaOptions).GetProperties().Select(p => p.Name).Order(StringComparer.Ordinal), global::PeerReplica.Hosting.Settings.All.Select(s => s.Name).Order(StringComparer.Ordinal));

    [Fact]
    public async Task The_effective_configuration_is_logged_once_without_the_secret()
    {
        await using var host = await Hosts.StartAsync(configure: o => (o.SharedSecret, o.HeartbeatInterval) = (Secrets.First, TimeSpan.FromMilliseconds(250)));
        var entry = Assert.Single(host.Logs.All, e => e.Message.StartsWith("Effective configuration", StringComparison.Ordinal));
        Assert.Contains("HeartbeatInterval=00:00:00.2500000", entry.Message, StringComparison.Ordinal);
        Assert.Contains("SharedSecret=(set)", entry.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secrets.First, entry.Message, StringComparison.Ordinal);
    }

    private static string Refused(params (string Key, string? Value)[] settings) => Assert.Throws<OptionsValidationException>(() => Read(settings)).Message;

    private static PeerReplicaOptions Read(params (string Key, string? Value)[] settings) => Options(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>($"PeerReplica:{s.Key}", s.Value))).Build().GetSection("PeerReplica"));

    private static PeerReplicaOptions Options(IConfiguration configuration)
    {
        var services = new ServiceCollection();
        services.AddPeerReplica(configuration);
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<PeerReplicaOptions>>().Value;
    }
}
