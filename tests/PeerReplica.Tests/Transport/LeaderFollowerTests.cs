using PeerReplica.Transport;

namespace PeerReplica.Tests.Transport;

public sealed class LeaderFollowerTests
{
    private static readonly TimeSpan s_guard = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_an_event_brings_about_runs_on_the_thread_that_met_it_while_the_other_leads_on()
    {
        using var secondLed = new ManualResetEventSlim();
        var (led, ran, next) = (new List<int>(), -1, -1);
        LeaderFollower? pair = null;
        pair = new LeaderFollower("second", () =>
        {
            led.Add(Environment.CurrentManagedThreadId);
            if (led.Count == 1)
            {
                Assert.True(SpinWait.SpinUntil(pair!.CanPass, s_guard));
                return () =>
                {
                    ran = Environment.CurrentManagedThreadId;
                    Assert.True(secondLed.Wait(s_guard));
                };
            }

            next = Environment.CurrentManagedThreadId;
            secondLed.Set();
            return null;
        });
        await RunAsync(pair);
        Assert.Equal(2, led.Count);
        Assert.Equal(led[0], ran);
        Assert.NotEqual(led[0], next);
    }

    [Fact]
    public async Task While_both_threads_are_busy_no_continuation_is_taken()
    {
        using var release = new ManualResetEventSlim();
        var (round, whileBusy) = (0, true);
        LeaderFollower? pair = null;
        pair = new LeaderFollower("second", () =>
        {
            if (round++ == 0)
            {
                Assert.True(SpinWait.SpinUntil(pair!.CanPass, s_guard));
                return () => Assert.True(release.Wait(s_guard));
            }

            whileBusy = pair!.CanPass();
            release.Set();
            return null;
        });
        await RunAsync(pair);
        Assert.False(whileBusy);
    }

    [Fact]
    public async Task The_lead_passes_to_and_fro_and_only_one_leads()
    {
        var (leading, rounds, most, threads) = (0, 0, 0, new HashSet<int>());
        LeaderFollower? pair = null;
        pair = new LeaderFollower("second", () =>
        {
            most = Math.Max(most, Interlocked.Increment(ref leading));
            threads.Add(Environment.CurrentManagedThreadId);
            var isLast = ++rounds == 1_000;
            if (!isLast) Assert.True(SpinWait.SpinUntil(pair!.CanPass, s_guard));
            Interlocked.Decrement(ref leading);
            return isLast ? null : static () => { };
        });
        await RunAsync(pair);
        Assert.Equal((1_000, 1, 2), (rounds, most, threads.Count));
    }

    [Fact]
    public async Task Without_a_continuation_there_is_no_second_thread()
    {
        var pair = new LeaderFollower("second", static () => null);
        await RunAsync(pair);
    }

    [Fact]
    public async Task While_no_second_thread_can_be_started_the_first_one_goes_on_alone()
    {
        var asked = 0;
        LeaderFollower? pair = null;
        pair = new LeaderFollower(
            "second",
            () =>
            {
                for (var i = 0; i < 3; i++) Assert.False(pair!.CanPass());
                return null;
            },
            (_, _) =>
            {
                asked++;
                return false;
            });
        await RunAsync(pair);
        Assert.Equal(3, asked);
    }

    private static Task RunAsync(LeaderFollower pair) =>
        OwnThread.Start(pair.Run).WaitAsync(s_guard);
}
