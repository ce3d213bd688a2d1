using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using PeerReplica.AspNetCore.Tests.Apps;

namespace PeerReplica.AspNetCore.Tests.Telemetry;

public sealed class InstrumentationTests
{
    [Fact]
    public async Task One_line_exports_the_replicas_metrics()
    {
        var metrics = new List<Metric>();
        await using var cluster = await WebCluster.StartAsync(1, (s, r) =>
        {
            r.AddCounter("visits");
            s.AddOpenTelemetry().WithMetrics(m => m.AddPeerReplicaInstrumentation().AddInMemoryExporter(metrics));
        });
        cluster[0].Replica.GetCounter("visits").Add(1);
        cluster[0].Services.GetRequiredService<MeterProvider>().ForceFlush();
        Assert.Contains(metrics, m => m.Name == "peerreplica.health");
        Assert.Contains(metrics, m => m.Name == "peerreplica.entries");
    }

    [Fact]
    public void Null_builders_are_refused()
    {
        Assert.Throws<ArgumentNullException>(() => ((MeterProviderBuilder)null!).AddPeerReplicaInstrumentation());
        Assert.Throws<ArgumentNullException>(() => ((TracerProviderBuilder)null!).AddPeerReplicaInstrumentation());
    }
}
