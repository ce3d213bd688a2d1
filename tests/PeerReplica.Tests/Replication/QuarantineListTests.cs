using PeerReplica.Causality;
using PeerReplica.Replication;

namespace PeerReplica.Tests.Replication;

/// <summary>For how long several identities are kept out side by side.</summary>
public sealed class QuarantineListTests
{
    private static readonly Instant s_now = new(TimeSpan.TicksPerDay);
    private readonly Quarantine _list = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60));

    [Fact]
    public void Quarantines_end_one_by_one_in_the_order_of_their_ends()
    {
        _list.Add("a", counts: true, s_now + Seconds(2));
        _list.Add("b", counts: true, s_now);
        _list.Add("c", counts: true, s_now + Seconds(1));
        Assert.Equal(s_now + Seconds(10), _list.Next);
        Assert.False(_list.TryTakeOver(s_now + (Seconds(10) - TimeSpan.FromTicks(1)), out _));
        Assert.Equal("b", Take(s_now + Seconds(10)));
        Assert.Equal(s_now + Seconds(11), _list.Next);
        Assert.Null(Take(s_now + Seconds(10)));
        Assert.Equal(("a", "c", null), (Take(s_now + Seconds(12)), Take(s_now + Seconds(12)), Take(s_now + Seconds(12))));
        Assert.Equal(Instant.Never, _list.Next);
    }

    [Fact]
    public void Fault_that_does_not_count_never_shortens_a_quarantine()
    {
        for (var i = 0; i < 3; i++) _list.Add("a", counts: true, s_now);
        Assert.Equal(s_now + Seconds(40), _list.Until("a"));
        _list.Add("a", counts: false, s_now + Seconds(5));
        Assert.Equal((s_now + Seconds(40), Seconds(40)), (_list.Until("a"), _list.Find("a")!.Length));
        _list.Add("a", counts: false, s_now + Seconds(31));
        Assert.Equal((s_now + Seconds(41), Seconds(10)), (_list.Until("a"), _list.Find("a")!.Length));
        Assert.Equal(default, _list.Until("b"));
        Assert.Equal(default, _list.Until(null));
    }

    [Fact]
    public void Offences_are_forgotten_an_hour_after_the_end()
    {
        _list.Add("a", counts: true, s_now);
        _list.Add("a", counts: true, s_now + (Seconds(10) + TimeSpan.FromHours(1) - TimeSpan.FromTicks(1)));
        Assert.Equal(2, _list.Find("a")!.Offences);
        var end = _list.Until("a");
        _list.Add("a", counts: true, end + TimeSpan.FromHours(1));
        Assert.Equal((1, Seconds(10)), (_list.Find("a")!.Offences, _list.Find("a")!.Length));
    }

    private string? Take(Instant now) => _list.TryTakeOver(now, out var over) ? over.Key : null;

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
