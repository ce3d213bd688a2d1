using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Trace;
using PeerReplica.AspNetCore.Tests.Apps;

namespace PeerReplica.AspNetCore.Tests.Telemetry;

public sealed class TraceTests
{
    [Fact]
    public async Task One_line_exports_a_join_a_catch_up_and_a_transfer_of_rights_as_a_part_of_its_request()
    {
        var ended = new List<Activity>();
        using var requests = new ActivitySource("requests");
        await using var cluster = await WebCluster.StartAsync(2, (s, r) =>
        {
            r.AddBoundedCounter("tickets", 10, o => o.Allowance = 0).AddMap<string, string>("notes");
            s.AddOpenTelemetry().WithTracing(t => t.AddPeerReplicaInstrumentation().AddSource("requests").AddInMemoryExporter(ended));
        }, options: o =>
        {
            o.ExpectedReplicas = 2;
            o.HeartbeatInterval = TimeSpan.FromMilliseconds(20);
            o.PeerTimeout = TimeSpan.FromMilliseconds(100);
        });
        await WebCluster.Eventually(() => Of(ended, "peerreplica.join").Length >= 2);
        Assert.All(Of(ended, "peerreplica.join"), a => Assert.Null(a.ParentId));

        using (var request = requests.StartActivity("request"))
        {
            Assert.True(await cluster[0].Replica.GetBoundedCounter("tickets").TakeAsync(5, WebCluster.Patience));
            Assert.True(await cluster[1].Replica.GetBoundedCounter("tickets").TakeAsync(5, WebCluster.Patience));

            // The source is the process's: other tests' apps are exported too.
            await WebCluster.Eventually(() => Of(ended, "peerreplica.rights.transfer").Any(
                a => a.GetTagItem("peerreplica.object") is "tickets" && a.ParentSpanId == request!.SpanId));
        }

        cluster.Network.Isolate(WebCluster.AddressOf(1));
        await WebCluster.Eventually(() => cluster[0].Replica.Peers.All(p => p.State != PeerState.Up));
        for (var i = 0; i < 100; i++) cluster[0].Replica.GetMap<string, string>("notes").Set($"{i}", new string('x', 5000));
        cluster.Network.Rejoin(WebCluster.AddressOf(1));
        await cluster.ConvergeAsync();
        Assert.All(ended.ToArray(), a => Assert.DoesNotContain(a.TagObjects, t => t.Value is string text && text.Contains("xxx", StringComparison.Ordinal)));
    }

    private static Activity[] Of(List<Activity> ended, string name)
    {
        lock (ended) return [.. ended.ToArray().Where(a => a?.OperationName == name)];
    }
}
