using PeerReplica.Causality;
using PeerReplica.Hosting;
using PeerReplica.Hosting.LocalState;
using PeerReplica.Testing;

namespace PeerReplica.Tests.Hosting;

public sealed class ExpiryScheduleTests
{
    private static readonly TimeSpan s_timeToLive = TimeSpan.FromSeconds(30);

    [Fact]
    public void An_entry_that_is_refreshed_keeps_its_one_node()
    {
        var schedule = new ExpirySchedule();
        var entry = new Entry();
        for (var i = 0; i < 10_000; i++) schedule.Add(entry, new Instant(1_000 + i));
        Assert.Equal((1, 1), (schedule.Count, schedule.Nodes));
        Assert.False(schedule.TryTake(new Instant(999), out _));
        Assert.True(schedule.TryTake(new Instant(1_000), out var taken));
        Assert.Same(entry, taken);
        Assert.Equal(Instant.Never, schedule.Next);
    }

    [Fact]
    public void An_entry_whose_time_alternates_or_falls_leaves_a_bounded_number_of_nodes_and_is_taken_at_the_earliest()
    {
        var schedule = new ExpirySchedule();
        var entry = new Entry();
        for (var i = 0; i < 10_000; i++)
        {
            schedule.Add(entry, new Instant(1_000_000 - i));
            schedule.Add(entry, new Instant(2_000_000));
            Assert.InRange(schedule.Nodes, 1, 70);
        }

        Assert.Equal(new Instant(990_001), schedule.Next);
        Assert.True(schedule.TryTake(new Instant(990_001), out _));
        Assert.False(schedule.TryTake(new Instant(long.MaxValue - 1), out _));
    }

    [Fact]
    public void Entries_that_come_and_are_removed_leave_no_nodes_behind()
    {
        var schedule = new ExpirySchedule();
        for (var i = 0; i < 10_000; i++)
        {
            var entry = new Entry();
            schedule.Add(entry, new Instant(1_000_000_000L - i));
            schedule.Remove(entry);
            Assert.InRange(schedule.Nodes, 0, 66);
        }

        Assert.Equal(0, schedule.Count);
        Assert.Equal(Instant.Never, schedule.Next);
    }

    [Fact]
    public void Entries_are_taken_once_each_in_the_order_of_their_times_whatever_was_asked_before()
    {
        var (schedule, random) = (new ExpirySchedule(), new Random(1));
        var expected = new Dictionary<IExpiring, long>();
        var entries = Enumerable.Range(0, 300).Select(_ => new Entry()).ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var (entry, at) = (entries[random.Next(entries.Length)], random.Next(1, 1_000_000));
            if (random.Next(5) == 0)
            {
                schedule.Remove(entry);
                expected.Remove(entry);
                continue;
            }

            schedule.Add(entry, new Instant(at));
            expected[entry] = expected.TryGetValue(entry, out var known) ? Math.Min(known, at) : at;
        }

        var taken = new List<long>();
        while (schedule.Next is var next && schedule.TryTake(next, out var entry))
        {
            Assert.Equal(expected[entry], next.Ticks);
            Assert.True(expected.Remove(entry));
            taken.Add(next.Ticks);
        }

        Assert.Empty(expected);
        Assert.Equal(taken.Order(), taken);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sessions_that_are_refreshed_take_one_node_each_at_the_writer_and_at_its_peer(bool isWrittenByBoth)
    {
        using var cluster = Api.Simulated.Cluster(2, b => b.AddMap<int, int>("sessions"));
        for (var second = 0; second < 120; second++)
        {
            var map = cluster.Replicas[isWrittenByBoth ? second % 2 : 0].Replica.GetMap<int, int>("sessions");
            for (var key = 0; key < 200; key++) map.Set(key, second, s_timeToLive);
            cluster.RunFor(TimeSpan.FromSeconds(1));
            Assert.All(cluster.Replicas, r => Assert.InRange(NodesOf(r), 200, 264));
        }

        cluster.RunFor(s_timeToLive * 2);
        Assert.All(cluster.Replicas, r => Assert.Empty(r.Replica.GetMap<int, int>("sessions")));
        Assert.All(cluster.Replicas, r => Assert.Equal(0, NodesOf(r)));
    }

    [Fact]
    public void An_entry_that_is_removed_or_overwritten_without_an_expiry_frees_its_node()
    {
        using var cluster = Api.Simulated.Cluster(2, b => b.AddMap<int, int>("sessions"));
        var map = cluster.Replicas[0].Replica.GetMap<int, int>("sessions");
        for (var key = 0; key < 500; key++) map.Set(key, 1, TimeSpan.FromDays(1));
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r => Assert.InRange(NodesOf(r), 500, 564));
        for (var key = 0; key < 250; key++) map.Remove(key);
        for (var key = 250; key < 500; key++) map.Set(key, 2);
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r => Assert.InRange(NodesOf(r), 0, 64));
    }

    private static long NodesOf(SimulatedReplica replica) => replica.Run!.Node.Host.ExpiryNodes;

    private sealed class Entry : IExpiring
    {
        public Instant Expire(Instant now) => Instant.Never;
    }
}
