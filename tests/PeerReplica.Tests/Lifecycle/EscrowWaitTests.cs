using PeerReplica.Testing;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Lifecycle;

/// <summary>Tokens and times of the calls that wait for rights or for the owners of items.</summary>
public sealed class EscrowWaitTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    [Fact]
    public void A_token_that_is_canceled_already_takes_holds_and_grants_nothing()
    {
        using var cluster = Started();
        var tickets = cluster.On(0).GetBoundedCounter("tickets");
        var seats = cluster.On(0).GetPool<string>("seats");
        var canceled = new CancellationToken(canceled: true);
        Func<Task>[] calls =
        [
            () => tickets.TakeAsync(1, s_long, canceled), () => tickets.TakeAsync(1, WriteConcern.Local, canceled), () => tickets.ReturnAsync(1, s_long, canceled),
            () => tickets.HoldAsync(1, new() { TimeToLive = s_long, Timeout = s_long }, canceled), () => tickets.GrantAsync(1, canceled), () => tickets.ConfirmAsync(default, s_long, canceled),
            () => tickets.CancelAsync(default, s_long, canceled), () => seats.TakeAsync("a", s_long, canceled), () => seats.TakeAnyAsync(null, s_long, canceled),
            () => seats.HoldAsync("a", new() { TimeToLive = s_long, Timeout = s_long }, canceled), () => seats.ReturnAsync("a", s_long, canceled), () => seats.ConfirmAsync(default, s_long, canceled),
            () => seats.CancelAsync(default, s_long, canceled), () => cluster.On(0).ForgetAsync(cluster.On(1).Self.Id, true, canceled),
        ];
        foreach (var call in calls) cluster.Run(() => Assert.ThrowsAnyAsync<OperationCanceledException>(call));
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(new EscrowAudit(10, 0, 0, 10, 0, true), tickets.GetAudit());
        Assert.Equal(PoolItemState.Free, seats.GetState("a"));
        Assert.Single(cluster.On(0).Peers);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-TimeSpan.TicksPerMillisecond)]
    public void Waiting_may_be_without_a_limit(long ticks)
    {
        using var cluster = Started();
        var time = new TimeSpan(ticks);
        var tickets = cluster.On(0).GetBoundedCounter("tickets");
        var seats = cluster.On(0).GetPool<string>("seats");
        cluster.Run(async () =>
        {
            Assert.True(await tickets.TakeAsync(8, time));
            Assert.True(await tickets.TakeAsync(1, WriteConcern.All.WithTimeout(time)));
            var hold = await tickets.HoldAsync(1, new() { TimeToLive = s_long, Timeout = time });
            Assert.Equal(HoldOutcome.Confirmed, await tickets.ConfirmAsync(hold!.Value, time));
            Assert.True(await tickets.ReturnAsync(1, time));
            Assert.Equal(PoolOutcome.Done, await seats.TakeAsync("a", time));
            Assert.Equal(PoolOutcome.Done, (await seats.TakeAnyAsync(null, time)).Outcome);
            Assert.Equal(PoolOutcome.Done, await seats.ReturnAsync("a", time));
        });
        Assert.Equal(9, tickets.GetAudit().Sold);
    }

    [Fact]
    public void A_negative_time_is_refused_before_anything_is_taken()
    {
        using var cluster = Started();
        var tickets = cluster.On(0).GetBoundedCounter("tickets");
        var seats = cluster.On(0).GetPool<string>("seats");
        var negative = TimeSpan.FromSeconds(-1);
        Func<Task>[] calls =
        [
            () => tickets.TakeAsync(1, negative), () => tickets.ReturnAsync(1, negative), () => tickets.HoldAsync(1, new() { TimeToLive = s_long, Timeout = negative }), () => tickets.ConfirmAsync(default, negative),
            () => seats.TakeAsync("a", negative), () => seats.TakeAnyAsync(null, negative), () => seats.HoldAsync("a", new() { TimeToLive = s_long, Timeout = negative }), () => seats.ReturnAsync("a", negative),
            () => seats.CancelAsync(default, negative),
        ];
        foreach (var call in calls) cluster.Run(() => Assert.ThrowsAsync<ArgumentOutOfRangeException>(call));
        Assert.Equal((10, 0), (tickets.GetAudit().Free, tickets.GetAudit().Held));
    }

    private static SimulatedCluster Started()
    {
        var cluster = new SimulatedCluster(
            new SimulationOptions { Replicas = 2, Configure = o => o.ExpectedReplicas = 2 }, b => b.AddBoundedCounter("tickets", 10).AddPool("seats", ["a", "b"]));
        cluster.RunUntilMeshed();
        cluster.RunUntil(() => cluster.On(0).GetBoundedCounter("tickets").Value == 10 && cluster.On(0).GetPool<string>("seats").GetState("a") == PoolItemState.Free);
        return cluster;
    }
}
