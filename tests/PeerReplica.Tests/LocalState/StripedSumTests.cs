using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Tests.LocalState;

public sealed class StripedSumTests
{
    private const int Threads = 4;
    private const int Rounds = 50_000;

    [Fact]
    public void Any_additions_give_the_exact_sum_or_are_refused_as_exact_arithmetic_says()
    {
        var random = new Random(1);
        for (var run = 0; run < 200; run++)
        {
            var sum = new StripedSum();
            Int128 expected = 0;
            for (var i = 0; i < 200; i++)
            {
                var others = Drawn(random) + (Int128)Drawn(random);
                sum.Others = others;
                Assert.Equal(others, sum.Others);
                var amount = Drawn(random);
                var fits = expected + amount >= long.MinValue && expected + amount <= long.MaxValue;
                Assert.Equal(fits, sum.TryAdd(amount));
                if (fits) expected += amount;
                Assert.Equal((long)expected, sum.Own);
                Assert.Equal((long)Int128.Clamp(expected + others, long.MinValue, long.MaxValue), sum.Total);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1L << 62)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public async Task Threads_that_add_at_once_near_any_bound_lose_nothing_and_never_wrap(long start)
    {
        var sum = new StripedSum();
        Assert.True(sum.TryAdd(start));
        var added = 0L;
        var wrapped = 0;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => OwnThread.Start(() =>
        {
            var random = new Random(thread);
            var mine = 0L;
            for (var i = 0; i < Rounds; i++)
            {
                var amount = random.Next(-3, 4) * (i % 50 == 0 ? 1L << 48 : 1);
                if (sum.TryAdd(amount)) mine += amount;
                var seen = sum.Total;
                if (start > 0 ? seen < start / 2 : start < 0 && seen > start / 2) Interlocked.Increment(ref wrapped);
            }

            Interlocked.Add(ref added, mine);
        })));
        Assert.Equal(0, wrapped);
        Assert.Equal(start + added, sum.Own);
    }

    [Fact]
    public async Task Of_additions_that_do_not_all_fit_as_many_succeed_as_fit()
    {
        for (var round = 0; round < 20; round++)
        {
            var sum = new StripedSum();
            Assert.True(sum.TryAdd(long.MaxValue - 1_000));
            var succeeded = 0;
            await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => OwnThread.Start(() =>
            {
                for (var i = 0; i < 1_000; i++)
                {
                    if (sum.TryAdd(1)) Interlocked.Increment(ref succeeded);
                }
            })));
            Assert.Equal(1_000, succeeded);
            Assert.Equal(long.MaxValue, sum.Own);
        }
    }

    private static long Drawn(Random random) => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
}
