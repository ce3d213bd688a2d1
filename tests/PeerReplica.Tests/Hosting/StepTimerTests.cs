using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using PeerReplica.Hosting;
using PeerReplica.Transport;

namespace PeerReplica.Tests.Hosting;

/// <summary>The timer of a real host: a thread that waits on the machine's clock.</summary>
public sealed class StepTimerTests : IDisposable
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);
    private readonly BlockingCollection<(long At, Thread Thread)> _fired = [];
    private readonly StepTimer _timer;

    public StepTimerTests() => _timer = new StepTimer(() => _fired.Add((Stopwatch.GetTimestamp(), Thread.CurrentThread)));

    [Fact]
    public void It_fires_once_for_each_setting_when_it_is_due_and_not_before()
    {
        for (var milliseconds = 0; milliseconds < 20; milliseconds += 5)
        {
            var start = Stopwatch.GetTimestamp();
            Set(TimeSpan.FromMilliseconds(milliseconds));
            Assert.True(_fired.TryTake(out var fired, s_long));
            Assert.True(Stopwatch.GetElapsedTime(start, fired.At) >= TimeSpan.FromMilliseconds(milliseconds));
            Assert.False(_fired.TryTake(out _, 10), "it fired again");
        }
    }

    [Fact]
    public void It_fires_also_while_no_thread_can_be_started()
    {
        var refusals = 3;
        using var timer = new StepTimer(
            () => _fired.Add((Stopwatch.GetTimestamp(), Thread.CurrentThread)),
            (name, run) => --refusals < 0 && BackgroundThread.TryStart(name, run));
        for (var i = 0; i < 5; i++)
        {
            var start = Stopwatch.GetTimestamp();
            timer.Change(TimeSpan.FromMilliseconds(5), Timeout.InfiniteTimeSpan);
            Assert.True(_fired.TryTake(out var fired, s_long));
            Assert.True(Stopwatch.GetElapsedTime(start, fired.At) >= TimeSpan.FromMilliseconds(5));
            Assert.Equal(i < 3, fired.Thread.IsThreadPoolThread);
            Assert.False(_fired.TryTake(out _, 10), "it fired again");
        }
    }

    [Fact]
    public void The_last_setting_counts_also_when_it_is_earlier()
    {
        Set(s_long);
        Thread.Sleep(20);
        Set(TimeSpan.FromMilliseconds(1));
        Assert.True(_fired.TryTake(out _, s_long / 2));
    }

    [Fact]
    public void The_last_setting_counts_also_when_it_is_later_or_never()
    {
        Set(TimeSpan.FromMilliseconds(50));
        Set(Timeout.InfiniteTimeSpan);
        Assert.False(_fired.TryTake(out _, 100));
        Set(TimeSpan.FromMilliseconds(50));
        Set(s_long);
        Assert.False(_fired.TryTake(out _, 100));
    }

    [Fact]
    public void Everything_runs_on_one_thread_that_is_not_of_the_pool()
    {
        var threads = new HashSet<Thread>();
        for (var i = 0; i < 10; i++)
        {
            Set(TimeSpan.FromMilliseconds(1));
            Assert.True(_fired.TryTake(out var fired, s_long));
            threads.Add(fired.Thread);
        }

        Assert.False(Assert.Single(threads).IsThreadPoolThread);
    }

    [Fact]
    public void It_can_be_set_by_what_it_runs()
    {
        var left = 5;
        using var done = new ManualResetEventSlim();
        StepTimer? timer = null;
        using (timer = new StepTimer(() =>
        {
            if (--left == 0) done.Set();
            else timer!.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }))
        {
            timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            Assert.True(done.Wait(s_long));
        }
    }

    [Fact]
    public void After_disposing_nothing_fires()
    {
        // Not so soon that it may fire before it is disposed of.
        Set(s_long);
        _timer.Dispose();
        Assert.False(_timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        Assert.False(_fired.TryTake(out _, 50));
    }

    [Fact]
    public void Its_thread_ends_with_it_however_long_it_would_have_waited()
    {
        Set(TimeSpan.Zero);
        Assert.True(_fired.TryTake(out var fired, s_long));
        Set(TimeSpan.FromHours(1));
        Thread.Sleep(20);
        _timer.Dispose();
        Assert.True(fired.Thread.Join(s_long));
    }

    [Fact]
    public void It_does_not_repeat_itself() => Assert.Throws<ArgumentOutOfRangeException>(() => _timer.Change(TimeSpan.Zero, TimeSpan.FromSeconds(1)));

    [Fact]
    public async Task A_clock_of_the_apps_own_also_keeps_the_replicas_timers()
    {
        await using var transport = new InMemoryNetwork().CreateTransport();
        var environment = new ReplicaEnvironment { Transport = transport };
        using var system = environment.CreateTimer(() => { });
        Assert.IsType<StepTimer>(system);
        using var other = (environment with { Time = new FakeTimeProvider() }).CreateTimer(() => { });
        Assert.IsNotType<StepTimer>(other);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _fired.Dispose();
    }

    private void Set(TimeSpan due) => Assert.True(_timer.Change(due, Timeout.InfiniteTimeSpan));
}
