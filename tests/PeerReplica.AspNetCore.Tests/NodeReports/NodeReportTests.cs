using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PeerReplica.AspNetCore.NodeReports;
using PeerReplica.AspNetCore.Tests.Apps;
using PeerReplica.AspNetCore.Tests.Dashboard;

namespace PeerReplica.AspNetCore.Tests.NodeReports;

/// <summary>What instances report of themselves.</summary>
public sealed class NodeReportTests
{
    [Fact]
    public async Task An_instance_reports_its_process_and_values_of_the_app_to_all_others()
    {
        await using var cluster = await WebCluster.StartAsync(2, (services, replica) =>
        {
            services.AddSingleton(new Sensor(36.5));
            replica.AddNodeReport(o => o
                .AddValue("temperature", s => s.GetRequiredService<Sensor>().Celsius, "°C").AddText("zone", _ => "north").AddValue("nothing", _ => double.NaN));
        });
        await WebCluster.Eventually(() => Reports(cluster[1]).Count == 2);
        var report = Reports(cluster[1])[cluster[0].Replica.Self.Id];
        Assert.Equal([new("temperature", 36.5, null, "°C"), new("zone", null, "north", null)], report.Values);
        Assert.InRange(report.Uptime, TimeSpan.Zero, TimeSpan.FromHours(1));
        Assert.InRange(report.CpuShare, 0, 1);
        Assert.Equal(Environment.ProcessorCount, report.Processors);
        Assert.True(report.WorkingSetBytes > report.ManagedHeapBytes && report.AvailableMemoryBytes > report.WorkingSetBytes);
        Assert.Equal(OperatingSystem.IsLinux(), report.LoadAverage is not null);
        Assert.False(report.IsWatching);
        Assert.Null(report.PropagationSeconds);
    }

    [Fact]
    public async Task A_report_goes_with_its_instance()
    {
        await using var cluster = await WebCluster.StartAsync(2, (_, replica) => replica.AddNodeReport());
        await WebCluster.Eventually(() => Reports(cluster[1]).Count == 2);
        await cluster[0].App.StopAsync();
        await WebCluster.Eventually(() => Reports(cluster[1]).Count == 1);
    }

    [Fact]
    public async Task Nobody_looking_it_reports_once_an_interval()
    {
        await using var app = await FakeClockApp.StartAsync(s => s.AddPeerReplica().AddNodeReport(o => o.Interval = TimeSpan.FromSeconds(10)));
        var presence = app.Replica.GetPresence<NodeReport>(NodeReport.ObjectName);
        long Number() => presence.Values.GetValueOrDefault(app.Replica.Self.Id)?.Number ?? 0;
        await WebCluster.Eventually(() => Number() == 1);
        for (var expected = 2; expected < 6; expected++)
        {
            // The reporter may not wait yet: only the time that passes while it does counts.
            await WebCluster.Eventually(() =>
            {
                app.Clock.Advance(TimeSpan.FromSeconds(1));
                return Number() == expected;
            });
        }

        Assert.InRange(app.Clock.GetUtcNow() - app.Clock.Start, TimeSpan.FromSeconds(40), TimeSpan.FromDays(1));
    }

    [Fact]
    public async Task Instances_report_often_while_somebody_has_a_dashboard_open_at_any_of_them()
    {
        // An hour between reports otherwise: whatever comes, comes because somebody looks at another instance.
        await using var cluster = await WebCluster.StartAsync(
            2,
            (services, replica) =>
            {
                services.AddOperators();
                replica.AddNodeReport(o => (o.Interval, o.WatchedInterval) = (TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(200)));
            },
            app => app.MapPeerReplicaDashboard().RequireAuthorization(Operators.Policy));
        await WebCluster.Eventually(() => Reports(cluster[0]).Count == 2);
        using var client = cluster[0].CreateOperator();
        var (id, other) = (cluster[0].Replica.Self.Id, cluster[1].Replica.Self.Id);
        using (await client.GetAsync(new Uri("/peerreplica/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead))
        {
            await WebCluster.Eventually(() => Reports(cluster[0])[other] is { Number: > 3, PropagationSeconds: > 0 and < 5, Links: [{ State: PeerState.Up }] });
            Assert.True(Reports(cluster[1])[id].IsWatching);
        }

        await WebCluster.Eventually(() => !Reports(cluster[1])[id].IsWatching);
    }

    [Fact]
    public async Task A_value_that_throws_is_left_out_and_logged_once_until_it_can_be_read_again()
    {
        var isBroken = true;
        await using var app = await DashboardApp.StartAsync(o => o.AddNodeReport(r =>
        {
            (r.Interval, r.WatchedInterval) = (TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(200));
            r.AddValue("broken", _ => Volatile.Read(ref isBroken) ? throw new InvalidOperationException("no sensor") : 1).AddText("fine", _ => "yes");
        }));
        using var client = app.CreateOperator();
        using var open = await client.GetAsync(new Uri("/peerreplica/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        await WebCluster.Eventually(() => Own(app) is { Number: > 2 });
        Assert.Equal("fine", Assert.Single(Own(app)!.Values).Name);
        Assert.Single(app.Logs.Entries, e => e.Id.Id == 109);
        Volatile.Write(ref isBroken, false);
        await WebCluster.Eventually(() => Own(app)!.Values.Count == 2);
    }

    [Fact]
    public async Task A_report_names_only_so_many_links_those_that_are_not_well_first()
    {
        await using var cluster = await WebCluster.StartAsync(
            4, (_, replica) => replica.AddNodeReport(o => (o.Interval, o.MaxLinks) = (TimeSpan.FromSeconds(1), 2)), options: o => (o.HeartbeatInterval, o.PeerTimeout) = (TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1)));
        cluster.Network.Cut(WebCluster.AddressOf(0), WebCluster.AddressOf(3));
        await WebCluster.Eventually(() => Own(cluster[0]) is { Peers: 3, Links: [{ State: PeerState.Unreachable }, { State: PeerState.Up }] });
    }

    [Fact]
    public async Task Text_is_cut_and_made_valid()
    {
        await using var app = await DashboardApp.StartAsync(o => o.AddNodeReport(r => r.AddText("long", _ => new string('x', 5000)).AddText("half", _ => "a\ud800b")));
        await WebCluster.Eventually(() => Own(app) is not null);
        Assert.Equal([256, 3], Own(app)!.Values.Select(v => v.Text!.Length));
        Assert.Equal("a?b", Own(app)!.Values[1].Text);
    }

    [Fact]
    public async Task Wrong_options_are_refused()
    {
        var options = new NodeReportOptions();
        Assert.Throws<ArgumentException>(() => options.AddValue("", _ => 1));
        Assert.Throws<ArgumentException>(() => options.AddValue(new string('x', 65), _ => 1));
        options.AddValue("a", _ => 1);
        Assert.Throws<ArgumentException>(() => options.AddText("a", _ => ""));
        for (var i = 1; i < NodeReportOptions.MaxValues; i++) options.AddValue($"v{i}", _ => 1);
        Assert.Throws<ArgumentException>(() => options.AddValue("more", _ => 1));
        var faults = await Assert.ThrowsAsync<OptionsValidationException>(() => FakeClockApp.StartAsync(s => s.AddPeerReplica().AddNodeReport(
            o => (o.Interval, o.WatchedInterval, o.MaxLinks) = (TimeSpan.Zero, TimeSpan.Zero, 1000))));
        Assert.All(["Interval", "WatchedInterval", "MaxLinks"], name => Assert.Contains(name, faults.Message, StringComparison.Ordinal));
    }

    private static IReadOnlyDictionary<ReplicaId, NodeReport> Reports(WebInstance instance) =>
        instance.Services.GetRequiredKeyedService<IPresence<NodeReport>>(NodeReport.ObjectName).Values;

    private static NodeReport? Own(WebInstance instance) => Reports(instance).GetValueOrDefault(instance.Replica.Self.Id);

    private sealed record Sensor(double Celsius);
}
