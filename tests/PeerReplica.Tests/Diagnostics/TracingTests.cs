using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using PeerReplica.Diagnostics;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Diagnostics;

/// <summary>What a replica traces. The source is the process's: other tests' replicas are told apart by their clock.</summary>
public sealed class TracingTests : IDisposable
{
    private static readonly DateTimeOffset s_began = new(2001, 2, 3, 4, 5, 6, TimeSpan.Zero);

    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly List<Action> _scheduled = [];
    private readonly FakeTimeProvider _clock = new(s_began);
    private readonly ReplicaTracing _tracing;
    private ActivityListener? _listener;

    public TracingTests() => _tracing = new ReplicaTracing(_scheduled.Add, _clock);

    public void Dispose() => _listener?.Dispose();

    [Fact]
    public void A_join_and_a_catch_up_are_traced_later_with_the_times_at_which_they_happened()
    {
        Listen(_ended.Enqueue);
        _tracing.JoinBegan();
        _tracing.Observe(null);
        _clock.Advance(TimeSpan.FromSeconds(2));
        _tracing.Observe(PullKind.FullState);
        _clock.Advance(TimeSpan.FromSeconds(3));
        _tracing.Observe(PullKind.Missing);
        _clock.Advance(TimeSpan.FromSeconds(4));
        _tracing.Observe(null);
        _tracing.Joined();
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Empty(Own());
        foreach (var delivery in _scheduled) delivery();
        Assert.Equal(
            [("peerreplica.catch_up", 2, 7, "Missing"), ("peerreplica.join", 0, 9, null)],
            Own().Select(a => (a.OperationName, (a.StartTimeUtc - s_began.UtcDateTime).Seconds, a.Duration.Seconds, a.GetTagItem("peerreplica.kind") as string)));
    }

    [Fact]
    public void A_listener_that_throws_hurts_nobody()
    {
        Listen(_ => throw new InvalidOperationException("planted"));
        _tracing.JoinBegan();
        _tracing.Joined();
        foreach (var delivery in _scheduled) delivery();
        Assert.Single(_scheduled);
    }

    private IEnumerable<Activity> Own() => _ended.Where(a => a.StartTimeUtc.Year == s_began.Year);

    private void Listen(Action<Activity> stopped)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == ReplicaTracing.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = a =>
            {
                if (a.StartTimeUtc.Year == s_began.Year) stopped(a);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }
}
