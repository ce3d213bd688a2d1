using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using PeerReplica.AspNetCore.Health;
using PeerReplica.AspNetCore.Tests.Apps;

namespace PeerReplica.AspNetCore.Tests.Health;

public sealed class HealthCheckTests
{
    [Fact]
    public async Task A_lone_instance_is_healthy_under_every_check()
    {
        await using var cluster = await WebCluster.StartAsync(1, AddChecks);
        var report = await ReportAsync(cluster[0]);
        Assert.Equal(
            ["peerreplica-faulted", "peerreplica-isolated", "peerreplica-live", "peerreplica-ready", "peerreplica-startup"],
            report.Entries.Keys.Order(StringComparer.Ordinal));
        Assert.All(report.Entries.Values, e => Assert.Equal(HealthStatus.Healthy, e.Status));
        Assert.Equal(["peerreplica", "ready"], report.Entries["peerreplica-ready"].Tags.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_instance_that_finds_no_peer_is_live_and_not_ready_and_has_not_started()
    {
        await using var cluster = new WebCluster();
        var instance = cluster.Add(AddChecks, options: o =>
        {
            o.Seeds.Add("10.9.9.9:7400");
            o.SeedTimeout = TimeSpan.FromSeconds(60);
        });
        var before = await ReportAsync(instance);
        Assert.Equal((HealthStatus.Unhealthy, HealthStatus.Unhealthy, HealthStatus.Healthy), (Of(before, "startup"), Of(before, "ready"), Of(before, "live")));
        Assert.Equal(HealthStatus.Healthy, Of(before, "faulted"));
        await instance.App.StartAsync();
        var report = await ReportAsync(instance);
        Assert.Equal((HealthStatus.Unhealthy, HealthStatus.Unhealthy, HealthStatus.Healthy), (Of(report, "startup"), Of(report, "ready"), Of(report, "live")));
        Assert.Contains("NotSynchronized", Assert.Single(report.Entries["peerreplica-ready"].Data.Keys), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_that_is_cut_off_is_degraded_and_stays_ready()
    {
        await using var cluster = await WebCluster.StartAsync(2, AddChecks, options: o =>
        {
            o.HeartbeatInterval = TimeSpan.FromMilliseconds(20);
            o.PeerTimeout = TimeSpan.FromMilliseconds(100);
        });
        await WebCluster.Eventually(() => cluster[0].Replica.Peers.Any(p => p.State == PeerState.Up));
        cluster.Network.Isolate(WebCluster.AddressOf(0));
        await WebCluster.Eventually(async () => Of(await ReportAsync(cluster[0]), "isolated") == HealthStatus.Degraded);
        var report = await ReportAsync(cluster[0]);
        Assert.Equal((HealthStatus.Healthy, HealthStatus.Healthy, HealthStatus.Healthy), (Of(report, "ready"), Of(report, "live"), Of(report, "startup")));
        Assert.Contains("node-1", report.Entries["peerreplica-isolated"].Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readiness_ends_when_the_app_begins_to_stop_and_liveness_stays()
    {
        await using var cluster = await WebCluster.StartAsync(1, AddChecks);
        cluster[0].Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        var report = await ReportAsync(cluster[0]);
        Assert.Equal((HealthStatus.Unhealthy, HealthStatus.Healthy, HealthStatus.Healthy), (Of(report, "ready"), Of(report, "live"), Of(report, "startup")));
    }

    [Fact]
    public async Task A_stopped_replica_is_not_faulty()
    {
        await using var cluster = await WebCluster.StartAsync(1, AddChecks);
        await cluster[0].App.StopAsync();
        var report = await ReportAsync(cluster[0]);
        Assert.Equal((HealthStatus.Unhealthy, HealthStatus.Healthy, HealthStatus.Healthy), (Of(report, "ready"), Of(report, "live"), Of(report, "faulted")));
        Assert.Equal(HealthStatus.Healthy, Of(report, "startup"));
    }

    [Fact]
    public async Task A_failed_start_is_faulted_with_its_reason_and_not_live()
    {
        await using var cluster = await WebCluster.StartAsync(1, AddChecks);
        await using var second = WebInstance.Build(cluster.Network, o =>
        {
            o.Listen = WebCluster.AddressOf(0);
            o.AllowUnauthenticated = true;
        }, AddChecks, null);
        await Assert.ThrowsAnyAsync<Exception>(() => second.App.StartAsync());
        var report = await ReportAsync(second);
        Assert.Equal((HealthStatus.Unhealthy, HealthStatus.Unhealthy), (Of(report, "faulted"), Of(report, "live")));
        Assert.Same(second.Replica.Fault, report.Entries["peerreplica-faulted"].Exception);
    }

    [Fact]
    public async Task One_check_takes_a_name_tags_and_a_failure_status_of_the_apps()
    {
        await using var cluster = new WebCluster();
        var instance = cluster.Add((s, _) => s.AddHealthChecks().AddPeerReplica(PeerReplicaCheck.Ready, "mine", HealthStatus.Degraded, ["a"]));
        var entry = Assert.Single((await ReportAsync(instance)).Entries);
        Assert.Equal(("mine", HealthStatus.Degraded), (entry.Key, entry.Value.Status));
        Assert.Equal(["a"], entry.Value.Tags);
    }

    [Fact]
    public void Adding_all_checks_twice_adds_them_once_and_an_unknown_check_is_refused()
    {
        var services = new ServiceCollection();
        var checks = services.AddHealthChecks().AddPeerReplica().AddPeerReplica();
        using var provider = services.AddLogging().AddPeerReplica().Services.BuildServiceProvider();
        var options = provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<HealthCheckServiceOptions>>().Value;
        Assert.Equal(5, options.Registrations.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => checks.AddPeerReplica((PeerReplicaCheck)99));
    }

    [Fact]
    public async Task Probes_are_mapped_by_tag()
    {
        await using var cluster = await WebCluster.StartAsync(1, AddChecks, app =>
        {
            app.MapHealthChecks("/live", new() { Predicate = c => c.Tags.Contains("live") });
            app.MapHealthChecks("/ready", new() { Predicate = c => c.Tags.Contains("ready") });
        });
        using var client = cluster[0].CreateClient();
        Assert.Equal("Healthy", await client.GetStringAsync(new Uri("/ready", UriKind.Relative)));
        cluster[0].Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.Equal("Healthy", await client.GetStringAsync(new Uri("/live", UriKind.Relative)));
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, (await client.GetAsync(new Uri("/ready", UriKind.Relative))).StatusCode);
    }

    private static void AddChecks(IServiceCollection services, DependencyInjection.IPeerReplicaBuilder replica) => services.AddHealthChecks().AddPeerReplica();

    private static Task<HealthReport> ReportAsync(WebInstance instance) => instance.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

    private static HealthStatus Of(HealthReport report, string check) => report.Entries[$"peerreplica-{check}"].Status;
}
