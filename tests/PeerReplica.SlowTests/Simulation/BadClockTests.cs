using PeerReplica.Testing;

namespace PeerReplica.SlowTests.Simulation;

/// <summary>One machine whose clock is far ahead.</summary>
public sealed class BadClockTests
{
    private static readonly TimeSpan s_skew = TimeSpan.FromSeconds(10);

    [Fact]
    public void Its_writes_are_refused_and_win_nothing_and_the_others_are_not_disturbed()
    {
        using var cluster = WithOneAhead(by: s_skew * 3, out var bad);
        bad.Replica.GetMap<string, string>("m").Set("k", "from the future");
        cluster.Replicas[1].Replica.GetMap<string, string>("m").Set("k", "now");
        cluster.RunFor(TimeSpan.FromSeconds(5));
        foreach (var good in cluster.Replicas.Skip(1)) Assert.Equal("now", good.Replica.GetMap<string, string>("m").Single().Value);
        cluster.Replicas[1].Replica.GetMap<string, string>("m").Set("k", "later");
        cluster.Run(() => cluster.Replicas[1].Replica.FlushAsync(WriteConcern.Peers(2)), TimeSpan.FromSeconds(5));
        Assert.Equal("later", cluster.Replicas[2].Replica.GetMap<string, string>("m").Single().Value);
    }

    [Fact]
    public void Nothing_of_it_is_lost_once_the_time_has_come()
    {
        using var cluster = WithOneAhead(by: s_skew * 3, out var bad);
        bad.Replica.GetMap<string, string>("m").Set("mine", "x");
        bad.Replica.GetCounter("c").Add(5);
        cluster.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(0, cluster.Replicas[1].Replica.GetCounter("c").Value);
        bad.ClockOffset = TimeSpan.Zero;
        cluster.RunFor(s_skew * 3);
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r => Assert.Equal(5, r.Replica.GetCounter("c").Value));
        Assert.All(cluster.Replicas, r => Assert.True(r.Replica.GetMap<string, string>("m").ContainsKey("mine")));
    }

    [Fact]
    public void One_that_is_ahead_by_less_than_permitted_is_followed_and_loses_to_what_was_written_after_it()
    {
        using var cluster = WithOneAhead(by: s_skew / 2, out var bad);
        bad.Replica.GetMap<string, string>("m").Set("k", "first");
        cluster.RunUntilConverged();
        cluster.Replicas[1].Replica.GetMap<string, string>("m").Set("k", "second, by a clock that is behind it");
        cluster.RunUntilConverged();
        Assert.All(cluster.Replicas, r => Assert.StartsWith("second", r.Replica.GetMap<string, string>("m").Single().Value, StringComparison.Ordinal));
    }

    private static SimulatedCluster WithOneAhead(TimeSpan by, out SimulatedReplica bad)
    {
        var cluster = new SimulatedCluster(
            new SimulationOptions { Configure = o => o.MaxClockSkew = s_skew }, o => o.AddMap<string, string>("m").AddCounter("c"));
        cluster.RunUntilConverged();
        bad = cluster.Replicas[0];
        bad.ClockOffset = by;
        return cluster;
    }
}
