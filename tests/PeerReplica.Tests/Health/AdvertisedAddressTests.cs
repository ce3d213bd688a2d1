using PeerReplica.Testing;
using PeerReplica.Tests.Api;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Health;

/// <summary>A replica learns from its peers that they cannot connect to the address that it advertises. In virtual time; the first replica advertises a name of its own.</summary>
public sealed class AdvertisedAddressTests
{
    private const string Advertised = "public:7400";

    [Theory]
    [InlineData("", "does not resolve there")]
    [InlineData("dead:7400", "no answer")]
    [InlineData("node-1:7400", "another replica answers there", "node-2")]
    [InlineData("dead:7400,dead-2:7400", "no answer")]
    public void An_address_that_peers_cannot_connect_to_is_reported_once_with_the_remedy(string answer, string why, string by = "node-1")
    {
        using var logs = new CapturedLogs();
        using var cluster = Create(answer, logs);
        cluster.RunUntilMeshed();
        cluster.RunFor(TimeSpan.FromSeconds(90));
        var finding = Assert.Single(Findings(cluster, 0));
        Assert.Equal(Advertised, finding.Subject);
        Assert.Equal(ReplicaHealthStatus.Degraded, finding.Status);
        Assert.Contains($"{by} (", finding.Message, StringComparison.Ordinal);
        Assert.Contains(why, finding.Message, StringComparison.Ordinal);
        Assert.Contains("Set Advertise", finding.Remedy, StringComparison.Ordinal);
        Assert.True(cluster.On(0).Health.IsReady);
        Assert.Equal(1, Warnings(logs));
        Assert.Equal(1, cluster.Replicas[0].Run!.Node.Host.FindingsOf(ReplicaHealthReason.AdvertisedAddressUnreachable));
        Assert.Empty(Findings(cluster, 1));
        Assert.Empty(Findings(cluster, 2));
        Assert.All(cluster.Replicas, r => Assert.Equal(2, r.Replica.Peers.Count(p => p.State == PeerState.Up)));
    }

    [Theory]
    [InlineData("node-0:7400")]
    [InlineData("dead:7400,node-0:7400")]
    [InlineData("node-1:7400,node-2:7400,node-0:7400")]
    public void An_address_at_which_peers_reach_the_replica_is_not_reported(string answer)
    {
        using var logs = new CapturedLogs();
        using var cluster = Create(answer, logs);
        cluster.RunUntilMeshed();
        cluster.RunFor(TimeSpan.FromSeconds(90));
        Assert.Empty(Findings(cluster, 0));
        Assert.Equal(0, Warnings(logs));
    }

    [Fact]
    public void The_finding_ends_once_peers_reach_the_address_and_links_stay_as_they_are()
    {
        using var logs = new CapturedLogs();
        using var cluster = Create("dead:7400", logs);
        cluster.RunUntilMeshed();
        cluster.RunFor(TimeSpan.FromSeconds(20));
        Assert.Single(Findings(cluster, 0));
        var links = OpenLinks(cluster);
        cluster.Network.SetName(Advertised, "node-0:7400");
        cluster.RunFor(TimeSpan.FromSeconds(60));
        Assert.Empty(Findings(cluster, 0));
        Assert.Equal(links, OpenLinks(cluster));
        Assert.Equal(1, logs.All.Count(e => e.EventId == 19 && e.Message.Contains(nameof(ReplicaHealthReason.AdvertisedAddressUnreachable), StringComparison.Ordinal)));
    }

    [Fact]
    public void One_failure_is_not_reported()
    {
        using var cluster = Create("dead:7400");
        cluster.RunUntilMeshed();
        cluster.RunFor(TimeSpan.FromMilliseconds(1500));
        cluster.Network.SetName(Advertised, "node-0:7400");
        for (var i = 0; i < 100; i++)
        {
            cluster.RunFor(TimeSpan.FromSeconds(1));
            Assert.Empty(Findings(cluster, 0));
        }
    }

    [Fact]
    public void What_a_peer_says_is_forgotten_with_its_link()
    {
        using var cluster = Create("");
        cluster.RunUntilMeshed();
        cluster.RunFor(TimeSpan.FromSeconds(20));
        Assert.Single(Findings(cluster, 0));
        cluster.Replicas[1].Stop();
        cluster.Replicas[2].Stop();
        cluster.RunFor(TimeSpan.FromSeconds(2));
        Assert.Empty(Findings(cluster, 0));
    }

    [Fact]
    public void A_report_of_an_unknown_kind_is_one_of_no_answer_and_changes_nothing_else()
    {
        using var cluster = Create("node-0:7400");
        cluster.RunUntilMeshed();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        var core = cluster.Replicas[0].Run!.Node.Host.Core;
        var link = core.Links.First(l => l.IsOpen);
        var frame = new FrameBuffer();
        MessageWriter.Write(frame, new AddressReport((AddressVerdict)200, null));
        core.FrameReceived(link.Id, frame.Written, cluster.Replicas[0].Run!.Node.Host.Now);
        Assert.Contains("no answer", Assert.Single(Findings(cluster, 0)).Message, StringComparison.Ordinal);
        Assert.True(link.IsOpen);
        cluster.RunFor(TimeSpan.FromSeconds(80));
        Assert.Empty(Findings(cluster, 0));
    }

    [Fact]
    public void Checks_end_when_all_addresses_are_confirmed()
    {
        using var cluster = Create("node-0:7400");
        cluster.RunUntilMeshed();
        cluster.RunFor(TimeSpan.FromSeconds(20));
        var dials = cluster.Network.Dials;
        cluster.RunFor(TimeSpan.FromMinutes(10));
        Assert.Equal(dials, cluster.Network.Dials);
    }

    private static string OpenLinks(SimulatedCluster cluster) =>
        string.Join(' ', cluster.Replicas.Select(r => string.Join(',', r.Run!.Node.Host.Core.Links.Where(l => l.IsOpen).Select(l => l.Id))));

    private static IEnumerable<ReplicaHealthFinding> Findings(SimulatedCluster cluster, int index) =>
        cluster.On(index).Health.Findings.Where(f => f.Reason == ReplicaHealthReason.AdvertisedAddressUnreachable);

    private static int Warnings(CapturedLogs logs) =>
        logs.All.Count(e => e.EventId == 18 && e.Message.Contains(nameof(ReplicaHealthReason.AdvertisedAddressUnreachable), StringComparison.Ordinal));

    private static SimulatedCluster Create(string answer, CapturedLogs? logs = null)
    {
        var options = new SimulationOptions { Advertise = i => i == 0 ? Advertised : null };
        if (logs is not null) options = options with { Logging = logs };
        var cluster = new SimulatedCluster(options, static b => b.AddCounter("c"));
        cluster.Network.SetName(Advertised, answer.Split(',', StringSplitOptions.RemoveEmptyEntries));
        return cluster;
    }
}
