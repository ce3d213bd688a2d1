using PeerReplica.Testing;

namespace PeerReplica.Tests.Api;

/// <summary>Entries that live on while they are used, in virtual time.</summary>
public sealed class SlidingExpirationTests
{
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(20);

    /// <summary>After this time without a use an entry is gone everywhere: the window, its grace, and time on the way.</summary>
    private static readonly TimeSpan s_surelyOver = s_window + (s_window / 10) + TimeSpan.FromMilliseconds(100);

    private static readonly EntryExpiration s_sliding = new() { Sliding = s_window };

    [Fact]
    public void A_session_that_is_read_a_thousand_times_a_second_for_ten_minutes_costs_a_write_for_each_tenth_of_the_window()
    {
        using var cluster = Sessions(3);
        Map(cluster, 0).Set("s", new byte[32 << 10], s_sliding);
        cluster.RunUntilConverged();
        var (published, bytes) = (Published(cluster), cluster.Network.BytesDelivered);
        var perWindow = TimeSpan.FromMinutes(10) / (s_window / 10);
        for (var read = 0; read < 600_000; read++)
        {
            Assert.True(Map(cluster, 1).TryGetValue("s", out _));
            cluster.RunFor(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(Published(cluster) - published, perWindow * 0.9, perWindow + 1);

        // Heartbeats of three replicas included: far less than one value for each touch and peer.
        Assert.InRange(cluster.Network.BytesDelivered - bytes, 1, perWindow * 2 * (32 << 10) / 10);
        AllHave(cluster, "s");
        cluster.RunFor(s_surelyOver);
        NobodyHas(cluster, "s");
    }

    [Fact]
    public void An_entry_that_is_used_at_one_replica_lives_on_at_all_of_them()
    {
        using var cluster = Sessions(3);
        Map(cluster, 0).Set("s", [1], s_sliding);
        for (var use = 0; use < 10; use++)
        {
            cluster.RunFor(s_window - TimeSpan.FromSeconds(1));
            AllHave(cluster, "s");
            Assert.True(Map(cluster, 1 + (use % 2)).TryGetValue("s", out _));
        }

        cluster.RunFor(s_surelyOver);
        NobodyHas(cluster, "s");
        cluster.RunFor(TimeSpan.FromMinutes(1));
        cluster.RunUntilConverged();
        Assert.Equal("", cluster.DescribeTombstones());
        Assert.Equal("", cluster.DescribeExpiring());
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.05)]
    [InlineData(0.099)]
    [InlineData(0.11)]
    public void An_entry_lives_for_the_window_after_its_last_use_however_soon_that_followed_the_one_before(double after)
    {
        using var cluster = Sessions(2);
        Map(cluster, 0).Set("s", [1], s_sliding);
        cluster.RunFor(s_window * after);
        Assert.True(Map(cluster, 1).TryGetValue("s", out _));
        cluster.RunFor(s_window - TimeSpan.FromMilliseconds(20));
        AllHave(cluster, "s");
        cluster.RunFor((s_window / 10) + TimeSpan.FromMilliseconds(120));
        NobodyHas(cluster, "s");
    }

    [Fact]
    public void What_does_not_read_a_value_is_no_use()
    {
        using var cluster = Sessions(2);
        var map = Map(cluster, 0);
        map.Set("s", [1], s_sliding);
        using var watching = Watching<MapChange<string, byte[]>>.Start(cluster, ct => map.WatchAsync(WatchStart.Changes, ct));
        for (var look = 0; look < 21; look++)
        {
            cluster.RunFor(TimeSpan.FromSeconds(1));
            Assert.True(map.TryPeek("s", out _));
            Assert.True(map.ContainsKey("s"));
            Assert.Equal(1, map.Count);
            Assert.Single(map);
        }

        cluster.RunFor(TimeSpan.FromSeconds(1.1));
        NobodyHas(cluster, "s");
    }

    [Fact]
    public void Touching_is_a_use_and_says_whether_there_is_a_value()
    {
        using var cluster = Sessions(2);
        var map = Map(cluster, 1);
        Assert.False(map.Touch("s"));
        Map(cluster, 0).Set("s", [1], s_sliding);
        Map(cluster, 0).Set("for ever", [1]);
        cluster.RunFor(TimeSpan.FromSeconds(19));
        Assert.True(map.Touch("s"));
        Assert.True(map.Touch("for ever"));
        cluster.RunFor(TimeSpan.FromSeconds(19));
        AllHave(cluster, "s");
        cluster.RunFor(s_surelyOver);
        NobodyHas(cluster, "s");
        Assert.False(map.Touch("s"));
        AllHave(cluster, "for ever");
    }

    [Fact]
    public void A_read_with_a_concern_is_a_use()
    {
        using var cluster = Sessions(2);
        Map(cluster, 0).Set("s", [1], s_sliding);
        cluster.RunFor(TimeSpan.FromSeconds(19));
        cluster.Run(() => Map(cluster, 1).GetAsync("s", ReadConcern.Majority));
        cluster.RunFor(TimeSpan.FromSeconds(19));
        AllHave(cluster, "s");
    }

    [Fact]
    public void An_entry_never_outlives_its_time_to_live_however_often_it_is_used()
    {
        using var cluster = Sessions(3);
        Map(cluster, 0).Set("s", [1], new EntryExpiration { Sliding = s_window, TimeToLive = TimeSpan.FromSeconds(50) });
        for (var second = 0; second < 49; second++)
        {
            cluster.RunFor(TimeSpan.FromSeconds(1));
            Assert.True(Map(cluster, second % 3).TryGetValue("s", out _));
        }

        cluster.RunFor(TimeSpan.FromSeconds(0.9));
        AllHave(cluster, "s");
        var published = Published(cluster);
        Assert.True(Map(cluster, 1).TryGetValue("s", out _));
        cluster.RunFor(TimeSpan.FromSeconds(0.2));
        NobodyHas(cluster, "s");
        Assert.InRange(Published(cluster) - published, 1, 3);
    }

    [Fact]
    public void A_time_to_live_that_is_shorter_than_the_window_ends_the_entry()
    {
        using var cluster = Sessions(2);
        Map(cluster, 0).Set("s", [1], new EntryExpiration { Sliding = s_window, TimeToLive = TimeSpan.FromSeconds(5) });
        var published = Published(cluster);
        for (var tenth = 0; tenth < 49; tenth++)
        {
            cluster.RunFor(TimeSpan.FromSeconds(0.1));
            Assert.True(Map(cluster, 1).TryGetValue("s", out _));
        }

        Assert.InRange(Published(cluster) - published, 0, 1);
        cluster.RunFor(TimeSpan.FromSeconds(0.2));
        NobodyHas(cluster, "s");
    }

    [Fact]
    public void The_maps_default_counts_for_each_part_that_a_write_leaves_open()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<string, byte[]>("sessions", o =>
        {
            o.SlidingExpiration = TimeSpan.FromSeconds(10);
            o.TimeToLive = TimeSpan.FromSeconds(60);
        }));
        var map = Map(cluster, 0);
        map.Set("default", [1]);
        map.Set("never", [1], new EntryExpiration { Sliding = Timeout.InfiniteTimeSpan, TimeToLive = Timeout.InfiniteTimeSpan });
        map.Set("not sliding", [1], new EntryExpiration { Sliding = Timeout.InfiniteTimeSpan });
        map.Set("longer", [1], TimeSpan.FromSeconds(200));
        map.Set("sliding for ever", [1], Timeout.InfiniteTimeSpan);
        void UseFor(int seconds)
        {
            for (var second = 0; second < seconds; second++)
            {
                foreach (var key in new[] { "longer", "sliding for ever" }) Map(cluster, 1).TryGetValue(key, out _);
                cluster.RunFor(TimeSpan.FromSeconds(1));
            }
        }

        UseFor(12);
        Assert.Equal(["longer", "never", "not sliding", "sliding for ever"], Keys(cluster));
        UseFor(50);
        Assert.Equal(["longer", "never", "sliding for ever"], Keys(cluster));
        UseFor(140);
        Assert.Equal(["never", "sliding for ever"], Keys(cluster));
        cluster.RunFor(TimeSpan.FromSeconds(12));
        Assert.Equal(["never"], Keys(cluster));
    }

    [Fact]
    public void A_time_to_live_without_end_is_one_that_is_left_out()
    {
        using var cluster = Simulated.Cluster(1, b => b.AddMap<string, byte[]>("sessions", Timeout.InfiniteTimeSpan).AddMap<string, int>("short", TimeSpan.FromSeconds(1)));
        Map(cluster, 0).Set("a", [1]);
        Map(cluster, 0).Set("b", [1], Timeout.InfiniteTimeSpan);
        Map(cluster, 0).Set("c", [1], new EntryExpiration { Sliding = TimeSpan.MaxValue, TimeToLive = TimeSpan.MaxValue });
        cluster.Run(() => Map(cluster, 0).SetAsync("d", [1], Timeout.InfiniteTimeSpan, WriteConcern.Local));
        cluster.On(0).GetMap<string, int>("short").Set("e", 1, Timeout.InfiniteTimeSpan);
        cluster.RunFor(TimeSpan.FromDays(1));
        Assert.Equal(["a", "b", "c", "d"], Keys(cluster));
        Assert.Single(cluster.On(0).GetMap<string, int>("short"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-2)]
    [InlineData(long.MinValue)]
    public void A_duration_that_is_neither_positive_nor_infinite_is_refused_and_nothing_is_written(long ticks)
    {
        using var cluster = Sessions(1);
        var duration = TimeSpan.FromTicks(ticks);
        var map = Map(cluster, 0);
        Assert.Equal("expiration", Assert.Throws<ArgumentOutOfRangeException>(() => map.Set("s", [1], new EntryExpiration { Sliding = duration })).ParamName);
        Assert.Equal("expiration", Assert.Throws<ArgumentOutOfRangeException>(() => map.Set("s", [1], new EntryExpiration { TimeToLive = duration })).ParamName);
        Assert.Equal("timeToLive", Assert.Throws<ArgumentOutOfRangeException>(() => map.Set("s", [1], duration)).ParamName);
        Assert.Empty(map);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(300)]
    public void A_window_of_milliseconds_is_kept(int milliseconds)
    {
        using var cluster = Sessions(1);
        var window = TimeSpan.FromMilliseconds(milliseconds);
        Map(cluster, 0).Set("s", [1], new EntryExpiration { Sliding = window });
        for (var use = 0; use < 20; use++)
        {
            cluster.RunFor(window * 0.9);
            Assert.True(Map(cluster, 0).TryGetValue("s", out _));
        }

        cluster.RunFor((window * 1.1) + TimeSpan.FromTicks(1));
        Assert.False(Map(cluster, 0).TryGetValue("s", out _));
    }

    [Fact]
    public void Overwriting_ends_what_was_said_about_expiration_before()
    {
        using var cluster = Sessions(2);
        Map(cluster, 0).Set("s", [1], s_sliding);
        cluster.RunFor(TimeSpan.FromSeconds(10));
        Assert.True(Map(cluster, 1).TryGetValue("s", out _));
        Map(cluster, 1).Set("s", [2], TimeSpan.FromSeconds(3));
        cluster.RunFor(TimeSpan.FromSeconds(2));
        Assert.True(Map(cluster, 0).TryGetValue("s", out _));
        cluster.RunFor(TimeSpan.FromSeconds(1.1));
        NobodyHas(cluster, "s");
        Map(cluster, 1).Set("s", [3], s_sliding);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Map(cluster, 0).Set("s", [4]);
        cluster.RunFor(TimeSpan.FromHours(1));
        AllHave(cluster, "s");
    }

    [Fact]
    public void A_removal_wins_over_a_concurrent_use_and_no_read_brings_a_removed_value_back()
    {
        using var cluster = Sessions(2);
        Map(cluster, 0).Set("s", [1], s_sliding);
        cluster.RunFor(TimeSpan.FromSeconds(10));
        cluster.WhileSplit(() =>
        {
            Assert.True(Map(cluster, 0).Remove("s"));
            Assert.True(Map(cluster, 1).TryGetValue("s", out _));
        });
        NobodyHas(cluster, "s");
        cluster.RunFor(TimeSpan.FromMinutes(1));
        NobodyHas(cluster, "s");
        cluster.RunUntilConverged();
        Assert.Equal("", cluster.DescribeExpiring());
        Assert.Equal("", cluster.DescribeTombstones());
    }

    [Fact]
    public void A_use_of_an_old_value_does_not_prolong_a_concurrent_new_one()
    {
        using var cluster = Sessions(2);
        Map(cluster, 0).Set("s", [1], new EntryExpiration { Sliding = TimeSpan.FromMinutes(60) });
        cluster.RunFor(TimeSpan.FromMinutes(10));
        cluster.WhileSplit(() =>
        {
            Map(cluster, 0).Set("s", [2], new EntryExpiration { Sliding = TimeSpan.FromSeconds(5) });
            Assert.True(Map(cluster, 1).TryGetValue("s", out _));
        });
        AllHave(cluster, "s");
        cluster.RunFor(TimeSpan.FromSeconds(5.7));
        NobodyHas(cluster, "s");
    }

    [Fact]
    public void A_value_written_anew_under_a_removed_key_begins_anew()
    {
        using var cluster = Sessions(2);
        Map(cluster, 0).Set("s", [1], new EntryExpiration { Sliding = TimeSpan.FromMinutes(60) });
        cluster.RunFor(TimeSpan.FromMinutes(10));
        Map(cluster, 1).TryGetValue("s", out _);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Map(cluster, 0).Remove("s");
        Map(cluster, 0).Set("s", [1], new EntryExpiration { Sliding = TimeSpan.FromSeconds(5) });
        cluster.RunFor(TimeSpan.FromSeconds(5.7));
        NobodyHas(cluster, "s");
    }

    [Fact]
    public void Concurrent_uses_at_several_replicas_cost_one_write_each()
    {
        using var cluster = Sessions(4);
        Map(cluster, 0).Set("s", [1], s_sliding);
        cluster.RunFor(TimeSpan.FromSeconds(10));
        var published = Published(cluster);
        for (var replica = 0; replica < 4; replica++)
        {
            for (var read = 0; read < 100; read++) Map(cluster, replica).TryGetValue("s", out _);
        }

        cluster.RunUntilConverged();
        Assert.Equal(4, Published(cluster) - published);
        for (var read = 0; read < 100; read++) Map(cluster, read % 4).TryGetValue("s", out _);
        cluster.RunUntilConverged();
        Assert.Equal(4, Published(cluster) - published);
    }

    [Fact]
    public void A_use_arrives_before_the_value_or_after_it()
    {
        // The reader's touch reaches the third replica while the value does not.
        using var cluster = Sessions(3);
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[2]);
        cluster.Network.Cut(cluster.Replicas[1], cluster.Replicas[2]);
        Map(cluster, 0).Set("s", [1], s_sliding);
        cluster.RunFor(TimeSpan.FromSeconds(15));
        Assert.True(Map(cluster, 1).TryGetValue("s", out _));
        cluster.RunFor(TimeSpan.FromSeconds(15));
        cluster.Network.Restore(cluster.Replicas[1], cluster.Replicas[2]);
        cluster.RunUntilConverged();
        cluster.Network.RestoreAll();
        AllHave(cluster, "s");
        cluster.RunFor(TimeSpan.FromSeconds(4));
        AllHave(cluster, "s");
        cluster.RunFor(TimeSpan.FromSeconds(4));
        NobodyHas(cluster, "s");
    }

    [Fact]
    public void A_replica_that_joins_learns_how_long_a_used_entry_has_left_and_goes_on_using_it()
    {
        using var cluster = Sessions(1);
        Map(cluster, 0).Set("s", [1], new EntryExpiration { Sliding = s_window, TimeToLive = TimeSpan.FromSeconds(100) });
        cluster.RunFor(TimeSpan.FromSeconds(15));
        Map(cluster, 0).TryGetValue("s", out _);
        cluster.RunFor(TimeSpan.FromSeconds(15));
        cluster.Add();
        cluster.RunUntilMeshed();
        AllHave(cluster, "s");
        for (var second = 0; second < 60; second++)
        {
            Assert.True(Map(cluster, 1).TryGetValue("s", out _));
            cluster.RunFor(TimeSpan.FromSeconds(1));
        }

        AllHave(cluster, "s");
        for (var second = 0; second < 15; second++)
        {
            Map(cluster, 1).TryGetValue("s", out _);
            cluster.RunFor(TimeSpan.FromSeconds(1));
        }

        NobodyHas(cluster, "s");
    }

    [Fact]
    public void Where_a_replica_is_cut_off_for_longer_than_the_window_the_side_without_a_use_removes_the_entry_for_all()
    {
        using var cluster = Sessions(2);
        Map(cluster, 0).Set("used", [1], s_sliding);
        Map(cluster, 0).Set("written", [1], s_sliding);
        cluster.RunUntilConverged();
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[1]);
        for (var second = 0; second < 60; second++)
        {
            Assert.True(Map(cluster, 1).TryGetValue("used", out _));
            if (second % 10 == 0) Map(cluster, 1).Set("written", [2], s_sliding);
            cluster.RunFor(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([], Keys(cluster, 0));
        Assert.Equal(["used", "written"], Keys(cluster, 1));
        cluster.Network.RestoreAll();
        cluster.RunUntilConverged();
        Assert.Equal(["written"], Keys(cluster));
    }

    [Fact]
    public void Where_a_replica_is_cut_off_for_less_than_the_window_a_use_on_either_side_counts()
    {
        using var cluster = Sessions(2);
        Map(cluster, 0).Set("s", [1], s_sliding);
        cluster.RunUntilConverged();
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[1]);
        cluster.RunFor(TimeSpan.FromSeconds(15));
        Assert.True(Map(cluster, 1).TryGetValue("s", out _));
        cluster.RunFor(TimeSpan.FromSeconds(6));
        cluster.Network.RestoreAll();
        cluster.RunUntilConverged();
        cluster.RunFor(TimeSpan.FromSeconds(10));
        AllHave(cluster, "s");
    }

    [Fact]
    public void A_use_that_arrives_when_the_entry_is_hidden_already_brings_it_back()
    {
        using var cluster = Sessions(2, o => o.PeerTimeout = TimeSpan.FromSeconds(5));
        using var watching = Watching<MapChange<string, byte[]>>.Start(cluster, ct => Map(cluster, 0).WatchAsync(WatchStart.Changes, ct));
        Map(cluster, 0).Set("s", [1], s_sliding);
        cluster.RunFor(TimeSpan.FromSeconds(21));
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[1]);
        Assert.True(Map(cluster, 1).TryGetValue("s", out _));
        cluster.RunFor(TimeSpan.FromSeconds(2));
        Assert.Empty(Map(cluster, 0));
        cluster.Network.RestoreAll();
        cluster.RunUntilConverged();
        AllHave(cluster, "s");
        Assert.Equal([MapChangeKind.Set, MapChangeKind.Removed, MapChangeKind.Set], watching.Seen.Select(c => c.Kind));
        cluster.RunFor(TimeSpan.FromSeconds(15));
        AllHave(cluster, "s");
    }

    [Fact]
    public void Clocks_that_are_wrong_or_step_change_nothing()
    {
        using var cluster = Sessions(3);
        cluster.Replicas[1].ClockOffset = TimeSpan.FromSeconds(50);
        cluster.Replicas[2].ClockOffset = TimeSpan.FromSeconds(-50);
        Map(cluster, 0).Set("s", [1], s_sliding);
        cluster.RunUntilConverged();
        for (var second = 0; second < 60; second++)
        {
            Assert.True(Map(cluster, 1 + (second % 2)).TryGetValue("s", out _));
            if (second == 30) cluster.Replicas[1].ClockOffset = TimeSpan.FromSeconds(-50);
            cluster.RunFor(TimeSpan.FromSeconds(1));
        }

        AllHave(cluster, "s");
        cluster.RunFor(s_surelyOver);
        NobodyHas(cluster, "s");
    }

    [Fact]
    public void A_used_entry_outlives_its_writer_and_goes_when_nobody_uses_it()
    {
        using var cluster = Sessions(3);
        Map(cluster, 0).Set("s", [1], s_sliding);
        cluster.RunUntilConverged();
        cluster.Replicas[0].Crash();
        for (var second = 0; second < 60; second++)
        {
            Assert.True(Map(cluster, 1).TryGetValue("s", out _));
            Assert.True(Map(cluster, 2).TryPeek("s", out _));
            cluster.RunFor(TimeSpan.FromSeconds(1));
        }

        cluster.RunFor(s_surelyOver);
        Assert.Empty(Map(cluster, 1));
        cluster.RunFor(TimeSpan.FromMinutes(1));
        cluster.RunUntilConverged();
        Assert.Equal("", cluster.DescribeExpiring());
    }

    [Fact]
    public void A_read_after_the_replica_has_stopped_works_and_says_nothing_of_the_use()
    {
        using var cluster = Sessions(1);
        var map = Map(cluster, 0);
        map.Set("s", [1], s_sliding);
        cluster.RunFor(TimeSpan.FromSeconds(10));
        cluster.Replicas[0].Stop();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.True(map.TryGetValue("s", out _));
        Assert.True(map.Touch("s"));
    }

    [Fact]
    public void A_use_before_the_value_is_published_goes_with_it()
    {
        using var cluster = Sessions(2, o => o.BroadcastInterval = TimeSpan.FromSeconds(3));
        Map(cluster, 0).Set("first", [1]);
        cluster.RunUntil(() => Map(cluster, 1).ContainsKey("first"));
        Map(cluster, 0).Set("s", [1], new EntryExpiration { Sliding = TimeSpan.FromSeconds(6) });
        cluster.RunFor(TimeSpan.FromSeconds(2));
        Assert.DoesNotContain("s", Keys(cluster, 1));
        var published = Published(cluster);
        Assert.True(Map(cluster, 0).TryGetValue("s", out _));
        cluster.RunFor(TimeSpan.FromSeconds(6.5));
        AllHave(cluster, "s");
        Assert.Equal(1, Published(cluster) - published);
        cluster.RunFor(TimeSpan.FromSeconds(0.2));
        NobodyHas(cluster, "s");
    }

    [Fact]
    public void Keys_that_a_serializer_writes_slide_too()
    {
        using var cluster = Simulated.Cluster(2, b => b.AddMap<Seat, int>("seats", o => o.SlidingExpiration = s_window));
        cluster.On(0).GetMap<Seat, int>("seats").Set(new Seat("A", 1), 5);
        for (var use = 0; use < 4; use++)
        {
            cluster.RunFor(TimeSpan.FromSeconds(19));
            Assert.True(cluster.On(1).GetMap<Seat, int>("seats").TryGetValue(new Seat("A", 1), out _));
        }

        cluster.RunFor(TimeSpan.FromSeconds(19));
        Assert.Single(cluster.On(0).GetMap<Seat, int>("seats"));
        cluster.RunFor(s_surelyOver);
        Assert.Empty(cluster.On(0).GetMap<Seat, int>("seats"));
    }

    [Fact]
    public void A_replica_that_has_not_registered_the_map_passes_values_and_uses_on()
    {
        using var cluster = Sessions(2);
        cluster.Add(b => b.AddCounter("other"));
        cluster.RunUntilMeshed();
        Map(cluster, 0).Set("s", [1], s_sliding);
        cluster.RunUntilConverged();
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[1]);
        for (var second = 0; second < 60; second++)
        {
            Assert.True(Map(cluster, 1).TryGetValue("s", out _));
            cluster.RunFor(TimeSpan.FromSeconds(1));
        }

        Assert.True(Map(cluster, 0).ContainsKey("s"));
    }

    private static SimulatedCluster Sessions(int replicas, Action<PeerReplicaOptions>? configure = null) =>
        Simulated.Cluster(replicas, b => b.AddMap<string, byte[]>("sessions"), configure);

    private static IReplicatedMap<string, byte[]> Map(SimulatedCluster cluster, int index) => cluster.On(index).GetMap<string, byte[]>("sessions");

    private static string[] Keys(SimulatedCluster cluster, int? at = null)
    {
        var keys = cluster.Replicas.Where(r => at is null || r.Index == at).Select(r => Map(cluster, r.Index).Select(e => e.Key).Order(StringComparer.Ordinal).ToArray()).ToArray();
        Assert.All(keys, k => Assert.Equal(keys[0], k));
        return keys[0];
    }

    private static long Published(SimulatedCluster cluster) => cluster.Running.Sum(r => r.Node.Host.Core.Counters.Published);

    private static void AllHave(SimulatedCluster cluster, string key) => Assert.All(cluster.Replicas, r => Assert.True(Map(cluster, r.Index).TryPeek(key, out _), $"at {r.NodeName}"));

    private static void NobodyHas(SimulatedCluster cluster, string key) => Assert.All(cluster.Replicas, r => Assert.False(Map(cluster, r.Index).TryPeek(key, out _), $"at {r.NodeName}"));
}
