using PeerReplica.Causality;
using PeerReplica.Replication;

namespace PeerReplica.Tests.Replication;

public sealed class BackoffTests
{
    private static readonly Instant s_now = new(77);

    [Fact]
    public void Waits_double_from_50_ms_to_5_s_less_up_to_half()
    {
        var backoff = new Backoff(seed: 1);
        for (var failures = 0; failures < 100; failures++)
        {
            var whole = TimeSpan.FromMilliseconds(Math.Min(5000, 50 * Math.Pow(2, failures)));
            for (var i = 0; i < 50; i++)
            {
                var wait = backoff.After(s_now, failures) - s_now;
                Assert.InRange(wait, whole / 2, whole);
            }
        }
    }

    [Fact]
    public void Any_number_of_failures_waits_no_longer_than_5_s() =>
        Assert.InRange(new Backoff(1).After(s_now, int.MaxValue) - s_now, TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(5));

    [Fact]
    public void Same_seed_gives_the_same_waits_and_another_seed_others()
    {
        var (one, same, other) = (new Backoff(1), new Backoff(1), new Backoff(2));
        var waits = Enumerable.Range(0, 20).Select(i => one.After(s_now, i)).ToList();
        Assert.Equal(waits, Enumerable.Range(0, 20).Select(i => same.After(s_now, i)));
        Assert.NotEqual(waits, Enumerable.Range(0, 20).Select(i => other.After(s_now, i)));
    }

    [Fact]
    public void Waits_of_many_replicas_are_spread()
    {
        var waits = Enumerable.Range(0, 1000).Select(seed => (new Backoff((ulong)seed).After(s_now, 10) - s_now).TotalSeconds).ToList();
        for (var from = 2.5; from < 5; from += 0.5) Assert.InRange(waits.Count(w => w >= from && w < from + 0.5), 120, 280);
    }

    /// <summary>The first numbers of SplitMix64 for this seed, as its authors' program gives them.</summary>
    [Fact]
    public void Parts_are_chosen_by_SplitMix64()
    {
        var backoff = new Backoff(1234567);
        foreach (var number in (ulong[])[6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821])
        {
            var half = TimeSpan.FromSeconds(2.5).Ticks;
            Assert.Equal(s_now + TimeSpan.FromTicks(half + (long)(number % (ulong)half)), backoff.After(s_now, 10));
        }
    }
}
