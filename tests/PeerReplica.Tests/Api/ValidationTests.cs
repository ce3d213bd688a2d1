using System.Security.Cryptography;
using System.Text;
using PeerReplica.Crdts;
using PeerReplica.DependencyInjection;
using PeerReplica.Security;
using PeerReplica.Testing;
using PeerReplica.Tests.Diagnostics;

namespace PeerReplica.Tests.Api;

/// <summary>What readers see of changes that a validator refuses, and what is reported of them.</summary>
public sealed class ValidationTests
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void A_write_that_the_validator_refuses_throws_and_writes_nothing()
    {
        using var cluster = Simulated.Cluster(2, Strict);
        var prices = Prices(cluster, 0);
        prices.Set("a", 5);
        cluster.RunUntilConverged();
        var published = cluster.Replicas[0].Run!.Node.Host.Core.Counters.Published;
        var e = Assert.Throws<ChangeRefusedException>(() => prices.Set("a", -1));
        Assert.Equal(("prices", "a", "The price is negative."), (e.ObjectName, e.Key, e.Reason));
        Assert.Contains("'prices'", e.Message, StringComparison.Ordinal);
        Assert.Contains(" of a: The price is negative.", e.Message, StringComparison.Ordinal);
        Assert.Throws<ChangeRefusedException>(() => prices.Update("a", _ => -2));
        Assert.Throws<ChangeRefusedException>(() => { _ = prices.SetAsync("b", -3, WriteConcern.All); });
        cluster.RunUntilConverged();
        Assert.Equal(published, cluster.Replicas[0].Run!.Node.Host.Core.Counters.Published);
        AssertShows(prices, ("a", 5));
        cluster.RunFor(s_moment);
        AssertShows(Prices(cluster, 1), ("a", 5));
    }

    [Fact]
    public void A_refused_change_is_replicated_and_not_seen_until_an_accepted_one_takes_its_place()
    {
        using var cluster = Mixed(strict: 2);
        using var changes = Watching<MapChange<string, int>>.Start(cluster, Prices(cluster, 1).WatchAsync);
        Prices(cluster, 0).Set("a", -1);
        Prices(cluster, 0).Set("b", 2);
        Settle(cluster);
        AssertShows(Prices(cluster, 0), ("a", -1), ("b", 2));
        for (var i = 1; i <= 2; i++)
        {
            AssertShows(Prices(cluster, i), ("b", 2));
            Assert.Empty(Prices(cluster, i).GetAll("a"));
            Assert.Equal(["b"], cluster.On(i).InspectObject("prices").Select(e => e.Key));
            Assert.Equal(1, cluster.On(i).MeasureObject("prices").Entries);
        }

        AssertEqualHashes(cluster);
        Prices(cluster, 0).Set("a", 1);
        Settle(cluster);
        AssertShows(Prices(cluster, 2), ("a", 1), ("b", 2));

        // It takes the accepted one along that its writer replaced: no replica has that any more to show.
        Prices(cluster, 0).Set("a", -2);
        Settle(cluster);
        AssertShows(Prices(cluster, 2), ("b", 2));
        Prices(cluster, 1).Set("a", 7);
        Settle(cluster);
        Assert.All(cluster.Replicas, r => AssertShows(r.Replica.GetMap<string, int>("prices"), ("a", 7), ("b", 2)));
        Assert.All(changes.Seen, c => Assert.True(c.Kind == MapChangeKind.Removed || c.Value >= 0, c.ToString()));
        Assert.Equal(7, changes.Seen[^1].Value);
        AssertEqualHashes(cluster);
    }

    [Fact]
    public void A_refused_change_is_logged_once_counted_and_reported_and_its_author_stays_connected()
    {
        using var logs = new CapturedLogs();
        using var cluster = new SimulatedCluster(
            new SimulationOptions { Replicas = 1, Logging = logs, Configure = o => o.SharedSecret = Secrets.First }, Lax);
        cluster.Network.IdentityOf = a => PeerIdentity.OfKey(SHA256.HashData(Encoding.UTF8.GetBytes(a)));
        cluster.Add(Strict);
        cluster.RunUntilMeshed();
        using var gauges = new Gauges(cluster.Replicas[1]);
        Assert.Equal(0, gauges["peerreplica.changes.refused/object=prices"]);
        for (var i = 0; i < 5; i++)
        {
            Prices(cluster, 0).Set($"k{i}", -1);
            Settle(cluster);
        }

        Assert.Equal(5, gauges["peerreplica.changes.refused/object=prices"]);
        var said = Assert.Single(logs.AboveInformation, e => e.EventId == 33);
        Assert.Contains("'prices'", said.Message, StringComparison.Ordinal);
        Assert.Contains("The price is negative.", said.Message, StringComparison.Ordinal);
        var identity = Assert.Single(cluster.On(1).Peers).Identity!;
        Assert.Contains(identity, said.Message, StringComparison.Ordinal);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        var finding = cluster.Finding(1, ReplicaHealthReason.ChangeRefused)!;
        Assert.Equal((ReplicaHealthStatus.Degraded, false, "prices"), (finding.Status, finding.BlocksReadiness, finding.Subject));
        Assert.Contains(identity, finding.Message, StringComparison.Ordinal);
        Assert.Contains("did not accept 5 changes", finding.Message, StringComparison.Ordinal);
        Assert.Equal(1, gauges["peerreplica.health/reason=ChangeRefused"]);

        // A stricter version must not cut the cluster in two.
        Assert.Equal(PeerState.Up, Assert.Single(cluster.On(1).Peers).State);
        Assert.Equal(0, gauges["peerreplica.peers.quarantined"]);
        cluster.RunFor(TimeSpan.FromSeconds(100));
        Assert.NotNull(cluster.Finding(1, ReplicaHealthReason.ChangeRefused));
        cluster.RunFor(TimeSpan.FromSeconds(30));
        Assert.Empty(cluster.On(1).Health.Findings);
        Assert.Empty(cluster.On(0).Health.Findings);
    }

    [Fact]
    public void A_validator_that_throws_refuses_and_its_exception_is_named()
    {
        using var logs = new CapturedLogs();
        using var cluster = Mixed(1, o => o.Validate = _ => throw new InvalidTimeZoneException("planted\nline"), logs);
        Prices(cluster, 0).Set("a", 1);
        Settle(cluster);
        Assert.Empty(Prices(cluster, 1));
        var said = Assert.Single(logs.AboveInformation, e => e.EventId == 33);
        Assert.Contains("InvalidTimeZoneException", said.Message, StringComparison.Ordinal);
        Assert.Contains("planted\\u000Aline", said.Message, StringComparison.Ordinal);
        var e = Assert.Throws<ChangeRefusedException>(() => Prices(cluster, 1).Set("b", 1));
        Assert.IsType<InvalidTimeZoneException>(e.InnerException);
        Assert.Contains("InvalidTimeZoneException", e.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_value_of_the_registered_type_are_refused()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, string>("prices"));
        cluster.Add(Strict);
        cluster.RunUntilMeshed();
        cluster.On(0).GetMap<string, string>("prices").Set("a", "no number");
        Settle(cluster);
        Assert.False(Prices(cluster, 1).TryGet("a", out _));
        Assert.Empty(Prices(cluster, 1));
        var reasons = cluster.On(1).Health.Findings.Where(f => f.Reason == ReplicaHealthReason.ChangeRefused);
        Assert.Contains(nameof(ReplicaSerializationException), Assert.Single(reasons).Message, StringComparison.Ordinal);
        AssertEqualHashes(cluster);
    }

    [Fact]
    public void A_validator_may_use_the_replica()
    {
        IPeerReplica? replica = null;
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, int>("prices").AddCounter("asked"));
        cluster.Add(b => b.AddCounter("asked").AddMap<string, int>("prices", o => o.Validate = c =>
        {
            replica!.GetCounter("asked").Add(1);
            _ = replica.GetMap<string, int>("prices").Count;
            if (c.Value < 100) replica.GetMap<string, int>("prices").Set(c.Key + "!", c.Value + 100);
            return ChangeVerdict.Accepted;
        }));
        cluster.RunUntilMeshed();
        replica = cluster.On(1);
        Prices(cluster, 0).Set("a", 1);
        Prices(cluster, 1).Set("b", 2);
        Settle(cluster);
        Assert.All(
            cluster.Replicas,
            r => AssertShows(r.Replica.GetMap<string, int>("prices"), ("a", 1), ("a!", 101), ("b", 2), ("b!", 102)));
        Assert.Equal(4, cluster.On(0).GetCounter("asked").Value);
    }

    [Fact]
    public void What_a_validator_does_to_its_copies_reaches_nobody()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<byte[], byte[]>("blobs", o => o.Validate = c =>
        {
            Array.Clear(c.Key);
            Array.Clear(c.Value);
            return ChangeVerdict.Accepted;
        }));
        byte[] key = [1, 2], value = [3, 4];
        cluster.On(0).GetMap<byte[], byte[]>("blobs").Set(key, value);
        Settle(cluster);
        Assert.Equal([1, 2], key);
        Assert.All(cluster.Replicas, r =>
        {
            Assert.True(r.Replica.GetMap<byte[], byte[]>("blobs").TryGet([1, 2], out var found));
            Assert.Equal([3, 4], found);
        });
    }

    [Fact]
    public void A_newcomer_and_one_that_gets_a_full_state_see_what_the_others_see()
    {
        using var cluster = Mixed(strict: 2);
        for (var i = 0; i < 1000; i++) Prices(cluster, 0).Set($"k{i}", i % 2 == 0 ? i : -i);
        Settle(cluster);
        Assert.Equal(500, Prices(cluster, 1).Count);
        var newcomer = cluster.Add(Strict);
        cluster.RunUntilMeshed();
        Settle(cluster);
        Assert.Equal(500, newcomer.Replica.GetMap<string, int>("prices").Count);

        // Longer than ForgetAfter: it is asked about everything anew that the full state brings.
        cluster.Isolate(2);
        for (var i = 0; i < 100; i++) Prices(cluster, 0).Remove($"k{i}");
        for (var i = 100; i < 200; i++) Prices(cluster, 0).Set($"k{i}", i % 2 == 0 ? -i : i);
        cluster.RunFor(TimeSpan.FromSeconds(30));
        cluster.Network.RestoreAll();
        cluster.RunUntilMeshed();
        Settle(cluster);
        Assert.True(cluster.Replicas[2].Run!.Node.Host.Core.Counters.FullStates > 0);
        var expected = Prices(cluster, 1).OrderBy(e => e.Key, StringComparer.Ordinal);
        Assert.Equal(450, Prices(cluster, 1).Count);
        Assert.Equal(expected, Prices(cluster, 2).OrderBy(e => e.Key, StringComparer.Ordinal));
        AssertEqualHashes(cluster);
    }

    [Fact]
    public void What_a_writer_left_behind_is_judged_alike_after_its_restart()
    {
        using var cluster = Mixed(strict: 2);
        Prices(cluster, 0).Set("a", -1);
        Prices(cluster, 0).Set("b", 1);
        Settle(cluster);
        cluster.Replicas[0].Crash();
        cluster.Replicas[0].Start(Strict);
        cluster.RunUntilMeshed();
        Settle(cluster);
        Assert.All(cluster.Replicas, r => AssertShows(r.Replica.GetMap<string, int>("prices"), ("b", 1)));
        AssertEqualHashes(cluster);
    }

    [Fact]
    public void Replicas_with_different_validators_hold_the_same_and_show_what_theirs_accepts()
    {
        using var cluster = Mixed(1);
        cluster.Add(b => b.AddMap<string, int>(
            "prices", o => o.Validate = c => c.Value <= 100 ? ChangeVerdict.Accepted : ChangeVerdict.Refused("Too high.")));
        cluster.RunUntilMeshed();
        Prices(cluster, 0).Set("a", -1);
        Prices(cluster, 0).Set("b", 200);
        Prices(cluster, 0).Set("c", 50);
        Prices(cluster, 2).Set("d", -4);
        Prices(cluster, 1).Set("e", 500);
        Settle(cluster);
        AssertEqualHashes(cluster);
        AssertShows(Prices(cluster, 0), ("a", -1), ("b", 200), ("c", 50), ("d", -4), ("e", 500));
        AssertShows(Prices(cluster, 1), ("b", 200), ("c", 50), ("e", 500));
        AssertShows(Prices(cluster, 2), ("a", -1), ("c", 50), ("d", -4));
        Assert.All(cluster.Replicas, r => Assert.All(r.Replica.Peers, p => Assert.Equal(PeerState.Up, p.State)));
    }

    [Fact]
    public void Removing_a_key_removes_what_was_refused_there_for_everyone()
    {
        using var cluster = Mixed(strict: 1);
        Prices(cluster, 0).Set("a", -1);
        Prices(cluster, 0).Set("b", -1);
        Settle(cluster);
        Assert.False(Prices(cluster, 1).Remove("a"));
        Settle(cluster);
        AssertShows(Prices(cluster, 0), ("b", -1));
        Prices(cluster, 1).Clear();
        Settle(cluster);
        Assert.Empty(Prices(cluster, 0));
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.All(cluster.Replicas, r => Assert.Equal(0, r.Run!.Node.Host.Core.Store.Tombstones));
    }

    [Fact]
    public void A_removal_is_not_asked_about()
    {
        var asked = 0;
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, int>("prices", o => o.Validate = _ =>
        {
            asked++;
            return ChangeVerdict.Accepted;
        }));
        Prices(cluster, 0).Set("a", 1);
        Settle(cluster);
        Assert.Equal(2, asked);
        Prices(cluster, 1).Remove("a");
        Settle(cluster);
        Assert.Empty(Prices(cluster, 0));
        Assert.Equal(2, asked);
    }

    [Fact]
    public void A_refused_value_with_an_end_is_removed_though_its_origin_is_gone()
    {
        using var cluster = Mixed(strict: 2);
        Prices(cluster, 0).Set("a", -1, TimeSpan.FromSeconds(3));
        Prices(cluster, 0).Set("b", 1, TimeSpan.FromSeconds(3));
        Settle(cluster);
        cluster.Replicas[0].Crash();
        cluster.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(2, Live(cluster, 1));
        AssertShows(Prices(cluster, 1), ("b", 1));
        cluster.RunFor(TimeSpan.FromSeconds(60));
        Assert.Empty(Prices(cluster, 1));
        Assert.Equal(0, Live(cluster, 1));
        Assert.Equal(0, Live(cluster, 2));
    }

    [Fact]
    public void Refused_values_do_not_count_to_a_limit()
    {
        using var cluster = Mixed(1, o => (o.Validate, o.MaxEntries, o.Eviction) = (Judge, 3, MapEviction.LeastRecentlyUsed));
        for (var i = 0; i < 10; i++) Prices(cluster, 0).Set($"bad{i}", -1);
        Settle(cluster);
        for (var i = 0; i < 3; i++) Prices(cluster, 1).Set($"good{i}", i);
        cluster.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(3, Prices(cluster, 1).Count);
        Assert.Equal(13, Prices(cluster, 0).Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(61)]
    public void A_time_limit_out_of_range_is_refused(int seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        Refused(b => b.AddMap<string, int>("x", o => o.ValidationTimeout = time));
        Refused(b => b.AddSet<string>("x", o => o.ValidationTimeout = time));
        Refused(b => b.AddRegister<string>("x", o => o.ValidationTimeout = time));
        Refused(b => b.AddMultiValueRegister<string>("x", o => o.ValidationTimeout = time));
        Refused(b => b.AddPresence<string>("x", o => o.ValidationTimeout = time));

        static void Refused(Action<IPeerReplicaBuilder> objects)
        {
            var e = Assert.Throws<ArgumentOutOfRangeException>(() => Simulated.Cluster(1, objects));
            Assert.Contains("'x': ValidationTimeout", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_reason_must_say_something() => Assert.Throws<ArgumentException>(() => ChangeVerdict.Refused(" "));

    private static ChangeVerdict Judge(ReplicatedChange<string, int> change) =>
        change.Value >= 0 ? ChangeVerdict.Accepted : ChangeVerdict.Refused("The price is negative.");

    private static void Strict(IPeerReplicaBuilder objects) => objects.AddMap<string, int>("prices", o => o.Validate = Judge);

    private static void Lax(IPeerReplicaBuilder objects) => objects.AddMap<string, int>("prices");

    /// <summary>A replica without a validator, and some with one.</summary>
    private static SimulatedCluster Mixed(int strict, Action<MapOptions<string, int>>? options = null, CapturedLogs? logs = null)
    {
        var simulation = new SimulationOptions { Replicas = 1, EventsPerCheck = 1 };
        var cluster = new SimulatedCluster(logs is null ? simulation : simulation with { Logging = logs }, Lax);
        for (var i = 0; i < strict; i++) cluster.Add(b => b.AddMap<string, int>("prices", options ?? (o => o.Validate = Judge)));
        cluster.RunUntilMeshed();
        return cluster;
    }

    private static IReplicatedMap<string, int> Prices(SimulatedCluster cluster, int index) =>
        cluster.On(index).GetMap<string, int>("prices");

    private static void Settle(SimulatedCluster cluster)
    {
        cluster.RunUntilConverged();
        cluster.RunFor(s_moment);
        cluster.RunUntilConverged();
    }

    private static int Live(SimulatedCluster cluster, int index)
    {
        var store = cluster.Replicas[index].Run!.Node.Host.Core.Store;
        var live = 0;
        for (var origin = 0; origin < store.Origins.Count; origin++)
        {
            for (var record = store.Log(origin).Head; record is not null; record = record.LogNext)
            {
                if (record.IsLive && record.Parent.Object is { Name: "prices", Kind: ObjectKind.Map }) live++;
            }
        }

        return live;
    }

    private static void AssertShows(IReplicatedMap<string, int> map, params (string Key, int Value)[] expected)
    {
        Assert.Equal(expected, map.Select(e => (e.Key, e.Value)).OrderBy(e => e.Key, StringComparer.Ordinal));
        Assert.Equal(expected.Length, map.Count);
        foreach (var (key, value) in expected)
        {
            Assert.True(map.ContainsKey(key));
            Assert.True(map.TryGet(key, out var found));
            Assert.Equal(value, found);
            Assert.Equal([value], map.GetAll(key));
        }
    }

    private static void AssertEqualHashes(SimulatedCluster cluster)
    {
        var hashes = cluster.Replicas.Select(r =>
        {
            var hash = "";
            cluster.Run(async () => hash = await r.Replica.GetContentHashAsync());
            return hash;
        }).ToArray();
        Assert.Single(hashes.Distinct());
    }
}
