using PeerReplica.Tests.Diagnostics;

namespace PeerReplica.Tests.Api;

/// <summary>Expelling and readmitting as an operator does it, and what is reported of it where.</summary>
public sealed class ExpulsionReportTests
{
    [Fact]
    public void An_expelled_identity_is_out_everywhere_knows_it_and_comes_back_when_it_is_readmitted()
    {
        using var logs = new CapturedLogs();
        using var cluster = IdentifiedCluster.Create(3, logs);
        using var events = Watching<PeerEvent>.Start(cluster, cluster.On(1).WatchPeersAsync);
        using var gauges = new Gauges(cluster.Replicas[1]);
        var identity = cluster.PeerOf(0, 2).Identity!;
        cluster.Run(() => cluster.On(0).ExpelAsync(identity));
        Assert.Equal([identity], cluster.On(0).Expelled);
        Assert.Equal(PeerState.Expelled, cluster.PeerOf(0, 2).State);
        cluster.Run(() => cluster.On(0).FlushAsync(WriteConcern.All));
        cluster.RunFor(TimeSpan.FromSeconds(5));

        Assert.Equal([identity], cluster.On(1).Expelled);
        Assert.Equal([(PeerState.Expelled, (PeerState?)PeerState.Up)], events.Seen.Select(e => (e.Peer.State, e.Previous)));
        Assert.Equal(PeerState.Up, cluster.PeerOf(0, 1).State);
        Assert.Equal(1, gauges["peerreplica.peers.expelled"]);
        var there = cluster.Finding(1, ReplicaHealthReason.PeerExpelled)!;
        Assert.Equal(ReplicaHealthStatus.Degraded, there.Status);
        Assert.Contains("ReadmitAsync", there.Remedy, StringComparison.Ordinal);
        Assert.Null(cluster.Finding(1, ReplicaHealthReason.MemberUnreachable));
        var own = cluster.Finding(2, ReplicaHealthReason.Expelled)!;
        Assert.Equal((ReplicaHealthStatus.Unhealthy, false), (own.Status, own.BlocksReadiness));
        Assert.Contains("ReadmitAsync", own.Remedy, StringComparison.Ordinal);
        Assert.Equal(2, logs.All.Count(e => e.EventId == 30));

        // It goes on running, and says so for as long as it asks.
        cluster.RunFor(TimeSpan.FromMinutes(10));
        Assert.NotNull(cluster.Finding(2, ReplicaHealthReason.Expelled));
        Assert.NotNull(cluster.Finding(1, ReplicaHealthReason.PeerExpelled));
        Assert.InRange(logs.AboveInformation.Count(e => e.EventId == 3), 1, 6);
        var e = Assert.Throws<PeerReplicaException>(() => cluster.Run(() => cluster.On(2).ExpelAsync(cluster.IdentityOf(0))));
        Assert.Contains("itself expelled", e.Message, StringComparison.Ordinal);

        cluster.Run(() => cluster.On(1).ReadmitAsync(identity));
        cluster.RunUntil(() => IsUp(cluster, 0) && IsUp(cluster, 1), TimeSpan.FromSeconds(10));
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r => Assert.Empty(r.Replica.Expelled));
        cluster.RunFor(TimeSpan.FromMinutes(4));
        Assert.All(cluster.Replicas, r => Assert.Empty(r.Replica.Health.Findings));
        Assert.Equal(0, gauges["peerreplica.peers.expelled"]);
    }

    [Fact]
    public void Deciding_what_is_so_already_writes_nothing()
    {
        using var cluster = IdentifiedCluster.Create(2);
        cluster.Run(() => cluster.On(0).ReadmitAsync("key:07"));
        cluster.Run(() => cluster.On(0).ExpelAsync("key:07"));
        var published = cluster.Replicas[0].Run!.Node.Host.Core.Counters.Published;
        cluster.Run(() => cluster.On(0).ExpelAsync("key:07"));
        Assert.Equal(published, cluster.Replicas[0].Run!.Node.Host.Core.Counters.Published);
    }

    [Theory]
    [InlineData("web-1")]
    [InlineData("10.0.0.1:7400")]
    [InlineData("key:a\nb")]
    public void What_is_no_identity_is_refused(string identity)
    {
        using var cluster = IdentifiedCluster.Create(1);
        Assert.Throws<ArgumentException>(() => cluster.Run(() => cluster.On(0).ExpelAsync(identity)));
    }

    [Fact]
    public void Limits_and_missing_authentication_are_clear_errors()
    {
        using var cluster = IdentifiedCluster.Create(1);
        var tooLong = "key:" + new string('a', 509);
        Assert.Throws<ArgumentException>(() => cluster.Run(() => cluster.On(0).ExpelAsync(tooLong)));
        for (var i = 0; i < 1024; i++) cluster.Run(() => cluster.On(0).ExpelAsync($"key:{i}"));
        var full = Assert.Throws<PeerReplicaException>(() => cluster.Run(() => cluster.On(0).ExpelAsync("key:another")));
        Assert.Contains("1024 identities", full.Message, StringComparison.Ordinal);
        cluster.Run(() => cluster.On(0).ReadmitAsync("key:7"));
        Assert.Equal(1023, cluster.On(0).Expelled.Count);

        using var open = Simulated.Cluster(1, b => b.AddCounter("sold"));
        var nobody = Assert.Throws<PeerReplicaException>(() => open.Run(() => open.On(0).ExpelAsync("key:1")));
        Assert.Contains("SharedSecret", nobody.Message, StringComparison.Ordinal);
    }

    private static bool IsUp(Testing.SimulatedCluster cluster, int at) =>
        cluster.On(at).Peers.Any(p => p.State == PeerState.Up && p.Address == cluster.Replicas[2].Address);
}
