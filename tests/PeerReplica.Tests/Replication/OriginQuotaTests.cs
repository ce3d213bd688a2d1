using PeerReplica.Causality;
using PeerReplica.Replication;

namespace PeerReplica.Tests.Replication;

/// <summary>How many origins an identity may make known: at once, in a minute, in all.</summary>
public sealed class OriginQuotaTests
{
    private static readonly Instant s_start = new(TimeSpan.TicksPerDay);
    private readonly OriginQuota _quota = new();

    [Fact]
    public void Burst_comes_back_by_the_minute_and_no_further()
    {
        Assert.Equal(OriginQuota.Burst, _quota.RoomFor("a", s_start));
        _quota.Charge("a", OriginQuota.Burst, s_start);
        Assert.Equal(0, _quota.RoomFor("a", s_start));
        Assert.Equal(OriginQuota.PerMinute / 2, _quota.RoomFor("a", s_start + TimeSpan.FromSeconds(30)));
        Assert.Equal(OriginQuota.PerMinute, _quota.RoomFor("a", s_start + TimeSpan.FromMinutes(1)));
        Assert.Equal(OriginQuota.Burst, _quota.RoomFor("a", s_start + TimeSpan.FromDays(1)));
    }

    [Fact]
    public void Small_steps_of_time_lose_nothing()
    {
        _quota.Charge("a", OriginQuota.Burst, s_start);
        for (var i = 1; i <= 60_000; i++) _quota.RoomFor("a", s_start + TimeSpan.FromMilliseconds(i));
        Assert.Equal(OriginQuota.PerMinute, _quota.RoomFor("a", s_start + TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void What_an_identity_brings_in_all_is_bounded_and_takes_nothing_from_others()
    {
        var now = s_start;
        var brought = 0;
        for (var day = 0; day < 20; day++)
        {
            var room = _quota.RoomFor("a", now);
            _quota.Charge("a", room, now);
            brought += room;
            now += TimeSpan.FromDays(1);
        }

        Assert.Equal(OriginQuota.InAll, brought);
        Assert.Equal(0, _quota.RoomFor("a", now));
        Assert.Equal(OriginQuota.Burst, _quota.RoomFor("b", now));
    }

    [Fact]
    public void Identities_beyond_the_capacity_do_not_make_it_forget_the_one_that_brought_most()
    {
        _quota.Charge("a", OriginQuota.Burst, s_start);
        for (var i = 0; i < 3 * OriginQuota.Capacity; i++) _quota.Charge($"{i}", 1, s_start);
        Assert.Equal(0, _quota.RoomFor("a", s_start));
    }

    [Fact]
    public void What_an_identity_brings_while_its_burst_comes_back_is_charged_at_the_end_of_that_time()
    {
        _quota.Charge("a", 100, s_start);
        _quota.Charge("a", OriginQuota.PerMinute, s_start + TimeSpan.FromMinutes(1));
        Assert.Equal(OriginQuota.Burst - OriginQuota.PerMinute, _quota.RoomFor("a", s_start + TimeSpan.FromMinutes(1)));
        Assert.Equal(OriginQuota.Burst, _quota.RoomFor("a", s_start + TimeSpan.FromMinutes(2)));
    }

    [Fact]
    public void An_identity_beyond_the_capacity_takes_the_place_of_one_that_brought_the_fewest()
    {
        _quota.Charge("few", 1, s_start);
        for (var i = 1; i < OriginQuota.Capacity; i++) _quota.Charge($"{i}", 2, s_start);
        Assert.Equal(OriginQuota.Burst - 1, _quota.RoomFor("few", s_start));
        _quota.Charge("newcomer", 3, s_start);
        Assert.Equal(OriginQuota.Burst, _quota.RoomFor("few", s_start));
        Assert.Equal(OriginQuota.Burst - 2, _quota.RoomFor("1", s_start));
        Assert.Equal(OriginQuota.Burst - 3, _quota.RoomFor("newcomer", s_start));
    }
}
