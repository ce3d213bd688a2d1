using System.Diagnostics;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Foreign;

/// <summary>
/// Listeners of traces that throw. They run on the thread of the caller that waits for rights, who must learn what became of the wait.
/// </summary>
public sealed class ActivityListenerTests
{
    /// <summary>The source is the process's, and tests run side by side: the listener throws for calls of this test alone.</summary>
    private static readonly AsyncLocal<string?> s_throwsAt = new();

    [Theory]
    [InlineData("sampled")]
    [InlineData("started")]
    [InlineData("stopped")]
    public void A_listener_that_throws_changes_nothing_for_a_caller_that_waits_for_rights(string at)
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == "PeerReplica",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
            {
                ThrowAt("sampled");
                return ActivitySamplingResult.AllDataAndRecorded;
            },
            ActivityStarted = _ => ThrowAt("started"),
            ActivityStopped = _ => ThrowAt("stopped"),
        };
        ActivitySource.AddActivityListener(listener);
        using var cluster = Simulated.Cluster(2, b => b.AddBoundedCounter("units", 100).AddPool("seats", Enumerable.Range(1, 20).ToArray()));
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("units").Available == 100), TimeSpan.FromSeconds(30));
        cluster.Run(async () =>
        {
            using var outer = new Activity("outer").Start();
            s_throwsAt.Value = at;
            Assert.True(await cluster.On(1).GetBoundedCounter("units").TakeAsync(95, TimeSpan.FromSeconds(10)));
            Assert.False(await cluster.On(1).GetBoundedCounter("units").TakeAsync(95, TimeSpan.FromSeconds(1)));
            foreach (var seat in (int[])[1, 2, 3, 4]) Assert.Equal(PoolOutcome.Done, await cluster.On(1).GetPool<int>("seats").TakeAsync(seat, TimeSpan.FromSeconds(10)));
            s_throwsAt.Value = null;
            Assert.Same(outer, Activity.Current);
        });
        cluster.RunUntilConverged();
        Assert.Equal((95, 4), (cluster.On(0).GetBoundedCounter("units").GetAudit().Sold, cluster.On(0).GetPool<int>("seats").GetAudit().Sold));
    }

    private static void ThrowAt(string at)
    {
        if (s_throwsAt.Value == at) throw new InvalidOperationException("planted");
    }
}
