using Microsoft.Extensions.Logging;
using PeerReplica.Tests.Diagnostics;

namespace PeerReplica.Tests.Api;

/// <summary>How an app hears of a peer that sent what cannot be valid.</summary>
public sealed class QuarantineReportTests
{
    private static readonly byte[] s_garbage = [0xC1];

    [Fact]
    public void A_quarantine_is_an_event_a_finding_with_a_remedy_a_metric_and_one_warning()
    {
        using var logs = new CapturedLogs();
        using var cluster = IdentifiedCluster.Create(3, logs);
        using var events = Watching<PeerEvent>.Start(cluster, cluster.On(0).WatchPeersAsync);
        using var gauges = new Gauges(cluster.Replicas[0]);
        Assert.Equal(0, gauges["peerreplica.peers.quarantined"]);
        cluster.Send(2, 0, s_garbage);
        cluster.RunFor(TimeSpan.FromSeconds(2));

        Assert.Equal(PeerState.Quarantined, cluster.PeerOf(0, 2).State);
        Assert.Equal(cluster.IdentityOf(2), cluster.PeerOf(0, 2).Identity);
        Assert.Equal(PeerState.Up, cluster.PeerOf(0, 1).State);
        Assert.Equal(PeerState.Up, cluster.PeerOf(1, 2).State);
        Assert.Equal([(PeerState.Quarantined, (PeerState?)PeerState.Up)], events.Seen.Select(e => (e.Peer.State, e.Previous)));
        var finding = cluster.Finding(0, ReplicaHealthReason.PeerQuarantined)!;
        Assert.Equal((ReplicaHealthStatus.Degraded, false), (finding.Status, finding.BlocksReadiness));
        Assert.Contains(cluster.IdentityOf(2), finding.Message, StringComparison.Ordinal);
        Assert.Contains("5 s", finding.Message, StringComparison.Ordinal);
        Assert.Contains("ExpelAsync", finding.Remedy, StringComparison.Ordinal);
        Assert.Null(cluster.Finding(0, ReplicaHealthReason.MemberUnreachable));
        var refused = cluster.Finding(2, ReplicaHealthReason.PeerRefused)!.Message;
        Assert.Contains("this replica sent what cannot be valid", refused, StringComparison.Ordinal);
        Assert.Equal(1, gauges["peerreplica.peers.quarantined"]);
        Assert.Equal(1, gauges["peerreplica.health/reason=PeerQuarantined"]);

        cluster.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(PeerState.Up, cluster.PeerOf(0, 2).State);
        Assert.Equal(PeerState.Up, events.Seen[^1].Peer.State);
        cluster.RunFor(TimeSpan.FromMinutes(3));
        Assert.Null(cluster.Finding(0, ReplicaHealthReason.PeerQuarantined));
        var warning = Assert.Single(logs.AboveInformation, e => e.EventId == 29);
        Assert.Contains("for 5 s, offence 1", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_offences_of_one_peer_do_not_fill_the_log_and_leave_the_others_alone()
    {
        using var logs = new CapturedLogs();
        using var cluster = IdentifiedCluster.Create(3, logs);
        for (var i = 0; i < 8; i++)
        {
            cluster.RunUntil(() => cluster.PeerOf(0, 2).State == PeerState.Up, TimeSpan.FromMinutes(15));
            cluster.Send(2, 0, s_garbage);
            cluster.RunFor(TimeSpan.FromSeconds(1));
            Assert.Equal(PeerState.Up, cluster.PeerOf(0, 1).State);
        }

        Assert.Equal(8, logs.All.Count(e => e.EventId == 29));
        Assert.Single(logs.All, e => e.EventId == 29 && e.Level == LogLevel.Warning);
        Assert.InRange(logs.AboveInformation.Count(e => e.EventId == 3), 1, 4);
    }
}
