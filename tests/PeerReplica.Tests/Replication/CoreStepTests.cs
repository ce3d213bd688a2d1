using PeerReplica.Causality;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>What the owner of a core sees of one step.</summary>
public sealed class CoreStepTests
{
    [Theory]
    [InlineData(9, true)]
    [InlineData(10, false)]
    public void A_step_is_brief_with_8_links_and_no_more(int replicas, bool isBrief) =>
        Assert.Equal(isBrief, new CoreMesh(replicas)[0].IsBrief);

    [Fact]
    public void A_step_is_not_brief_while_a_peer_is_sent_or_has_asked_for_a_great_deal()
    {
        var pair = new CorePair();
        Assert.True(pair[0].IsBrief);
        pair.LinkOf(0).PullRequested = true;
        Assert.False(pair[0].IsBrief);
        (pair.LinkOf(0).PullRequested, pair.LinkOf(0).FullStateRequested) = (false, true);
        Assert.False(pair[0].IsBrief);
        pair.LinkOf(0).FullStateRequested = false;
        pair.LinkOf(0).BeginTransfer(pair[0].Store, [], isFullState: false);
        Assert.False(pair[0].IsBrief);
        pair.LinkOf(0).EndTransfer();
        Assert.True(pair[0].IsBrief);
    }

    [Fact]
    public void A_probe_makes_local_changes_due_until_the_step_ends()
    {
        var pair = new CorePair();
        Assert.False(pair[0].IsProbed);
        var frame = new FrameBuffer();
        MessageWriter.WriteProbe(frame, 7);
        pair[0].FrameReceived(1, frame.Written, pair.Now);
        Assert.True(pair[0].IsProbed);
        pair.Pump(0);
        Assert.False(pair[0].IsProbed);
    }

    [Fact]
    public void Each_change_that_is_published_is_counted_once()
    {
        var pair = new CorePair();
        var before = pair[0].Counters.Published;
        pair.Write(0, 1, 1);
        pair.Write(0, 1, null);
        Assert.Equal(before + 2, pair[0].Counters.Published);
        pair.Write(0, 2, null);
        Assert.Equal(before + 2, pair[0].Counters.Published);
    }

    [Theory]
    [InlineData(4, 60)]
    [InlineData(40, 600)]
    [InlineData(600, 600)]
    public void A_quarantine_lasts_10_minutes_at_most_and_a_quarter_of_the_time_to_be_forgotten(int minutes,
        int seconds)
    {
        var core = new CorePair(o => o with { ForgetAfter = TimeSpan.FromMinutes(minutes) })[0];
        for (var i = 0; i < 20; i++) core.Quarantine.Add("key:1", counts: true, new Instant(i));
        Assert.Equal(TimeSpan.FromSeconds(seconds), core.Quarantine.Until("key:1") - new Instant(19));
    }

    [Fact]
    public void A_link_that_was_closed_is_gone_at_the_end_of_the_step()
    {
        var pair = new CorePair();
        pair[0].FrameReceived(1, [0xC1], pair.Now);
        Assert.Equal(LinkPhase.Closed, pair.LinkOf(0).Phase);
        pair.Pump(0);
        Assert.Empty(pair[0].Links);
    }

    [Fact]
    public void A_core_asks_to_be_woken_when_a_silent_link_must_close_and_closes_it_then()
    {
        var pair = new CorePair(o => o with
        {
            PeerTimeout = TimeSpan.FromSeconds(5),
            HeartbeatInterval = TimeSpan.FromHours(1)
        });
        var heard = pair.LinkOf(0).LastHeard;
        pair.Pump(0);
        Assert.True(pair[0].Deadline > heard && pair[0].Deadline <= heard + TimeSpan.FromSeconds(5));
        pair.StandStill(heard + TimeSpan.FromSeconds(5) - pair.Now - TimeSpan.FromTicks(1));
        pair.Pump(0);
        Assert.True(pair.LinkOf(0).IsOpen);
        Assert.Equal(heard + TimeSpan.FromSeconds(5), pair[0].Deadline);
        pair.StandStill(TimeSpan.FromTicks(1));
        pair.Pump(0);
        Assert.Empty(pair[0].Links);
    }
}
