using PeerReplica.Causality;
using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>How fast accounts spend, and how two share what they have by that.</summary>
public sealed class SpendRateTests
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void First_look_begins_at_rest()
    {
        var spendRate = default(SpendRate).Noted(new Instant(50), 1_000);
        Assert.Equal(new SpendRate(new Instant(50), 1_000, 0), spendRate);
    }

    [Fact]
    public void Looks_that_follow_too_soon_change_nothing()
    {
        var spendRate = new SpendRate(new Instant(50), 10, 4);
        Assert.Equal(spendRate, spendRate.Noted(new Instant(50) + (s_look - TimeSpan.FromTicks(1)), 500));
        Assert.NotEqual(spendRate, spendRate.Noted(new Instant(50) + s_look, 500));
    }

    [Fact]
    public void Look_after_the_shortest_time_counts_half()
    {
        // 20 units in 100 ms are 200 in a second; the spend rate before was 100.
        var spendRate = new SpendRate(new Instant(50), 10, 100).Noted(new Instant(50) + s_look, 30);
        Assert.Equal(new Instant(50) + s_look, spendRate.At);
        Assert.Equal(30, spendRate.Net);
        Assert.Equal(150, spendRate.PerSecond, 9);
    }

    [Fact]
    public void Look_after_a_long_time_counts_nearly_alone()
    {
        // 900 ms are nine tenths of 900 and 100 ms together: 100 + (1,000 - 100) * 0.9.
        var spendRate = new SpendRate(new Instant(50), 0, 100).Noted(new Instant(50) + (s_look * 9), 900);
        Assert.Equal(910, spendRate.PerSecond, 9);
    }

    [Fact]
    public void Steady_spending_is_measured_as_it_is()
    {
        var (spendRate, now, net) = (default(SpendRate), new Instant(1), 0L);
        for (var i = 0; i < 100; i++)
        {
            spendRate = spendRate.Noted(now, net);
            (now, net) = (now + s_look, net + 7);
        }

        Assert.Equal(70, spendRate.PerSecond, 3);
    }

    [Fact]
    public void What_comes_back_counts_as_no_spending_and_not_as_negative()
    {
        var spendRate = new SpendRate(new Instant(50), 100, 8).Noted(new Instant(50) + s_look, 0);
        Assert.Equal(4, spendRate.PerSecond, 9);
        Assert.Equal(0, spendRate.Net);
    }

    [Fact]
    public void Account_that_stopped_spending_is_soon_idle()
    {
        Assert.Equal(0.5, new SpendRate(new Instant(50), 5, 1).Noted(new Instant(50) + s_look, 5).PerSecond, 9);
        Assert.Equal(0, new SpendRate(new Instant(50), 5, 0.99).Noted(new Instant(50) + s_look, 5).PerSecond);
    }

    [Theory]
    [InlineData(0, 0, 10, 5)]
    [InlineData(0, 0, 11, 5)]
    [InlineData(10, 10, 11, 5)]
    [InlineData(30, 10, 100, 75)]
    [InlineData(10, 30, 100, 25)]
    [InlineData(20, 10, 10, 7)]
    [InlineData(10, 20, 10, 3)]
    public void Two_accounts_share_by_how_fast_each_spends(double mine, double others, long total, long expected) =>
        Assert.Equal(expected, With(mine).ShareBeside(With(others), total));

    [Fact]
    public void Idle_account_keeps_a_ninth_beside_one_that_spends()
    {
        // It counts as one that spends an eighth of what the other does.
        Assert.Equal(10, With(0).ShareBeside(With(80), 90));
        Assert.Equal(80, With(80).ShareBeside(With(0), 90));
    }

    [Fact]
    public void Shares_of_two_accounts_add_up_to_the_total_but_for_one_unit()
    {
        var random = new Random(4);
        for (var i = 0; i < 5_000; i++)
        {
            var (a, b) = (With(random.Next(4) * random.NextDouble()), With(random.Next(4) * random.NextDouble()));
            var total = random.NextInt64(200);
            var (mine, others) = (a.ShareBeside(b, total), b.ShareBeside(a, total));
            Assert.InRange(mine, 0, total);
            Assert.InRange(mine + others, total - 1, total + 1);
        }
    }

    private static SpendRate With(double perSecond) => new(new Instant(1), 0, perSecond);
}
