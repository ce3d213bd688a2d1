using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>Frames that are lost or refused, where one frame takes the whole window.</summary>
public sealed class LostFrameTests
{
    public static IEnumerable<object[]> Faults { get; } =
    [
        .. from type in Enum.GetNames<MessageType>().Except(["Hello", "Bye"])
        from fate in new[] { "Lost", "Refused" }
        from count in new[] { 1, 3 }
        select new object[] { type, fate, count },
    ];

    [Theory]
    [MemberData(nameof(Faults))]
    public void Replication_goes_on_after_frames_of_any_kind_are_lost_or_refused_in_either_direction(string type, string fate, int count)
    {
        for (var from = 0; from < 2; from++)
        {
            var pair = Large();
            pair.Write(0, 1, 1);
            pair.Run(TimeSpan.FromSeconds(1));
            var left = count;
            var faulty = from;
            pair.Fate = (sender, sent) => sender == faulty && sent.ToString() == type && left-- > 0 ? Enum.Parse<FrameFate>(fate) : FrameFate.Delivered;
            for (byte i = 0; i < 40; i++)
            {
                pair.Write(i % 2, i, 1);
                pair.Run(TimeSpan.FromMilliseconds(250));
            }

            pair.Write(0, 99, 1);
            pair.Write(1, 98, 1);
            pair.Run(TimeSpan.FromSeconds(20));
            Assert.True(pair.AreEqual, $"{type} from {from} {fate}: the contents differ");
            Assert.All([0, 1], i => Assert.Equal(0, pair.LinkOf(i).Window.Outstanding));
            Assert.All([0, 1], i => Assert.True(pair.LinkOf(i).IsOpen));
        }
    }

    [Fact]
    public void A_status_of_which_only_the_first_part_arrives_takes_back_nothing_that_was_said_before()
    {
        var pair = new CorePair(o => o with { MaxFrameBytes = 200 });
        for (byte key = 0; key < 5; key++)
        {
            pair.Write(0, key, 1);
            pair.Write(1, key, null);
            pair.Run(TimeSpan.FromSeconds(1));
        }

        Assert.All([0, 1], i => Assert.Equal(0, pair[i].Store.Tombstones));

        // From here on the second part of every status is lost.
        int[] parts = [0, 0];
        pair.Fate = (sender, type) => type == MessageType.Status && parts[sender]++ % 2 == 1 ? FrameFate.Lost : FrameFate.Delivered;
        var first = new FrameBuffer();
        foreach (var range in new OriginRanges(1, 2))
        {
            if (range.First == 0) MessageWriter.WriteStatus(first, pair[0].Store.Vector, pair[0].Store.Floor, pair[0].Store.Origins, range, StatusFlags.More);
        }

        pair[1].FrameReceived(1, first.Written.ToArray(), pair.Now);
        pair.Run(TimeSpan.FromSeconds(5));
        pair.Write(0, 60, 1);
        pair.Write(1, 60, null);
        pair.Run(TimeSpan.FromSeconds(20));
        Assert.True(pair.AreEqual);
        Assert.All([0, 1], i => Assert.Equal(0, pair[i].Store.Tombstones));
    }

    [Fact]
    public void An_acknowledgment_waits_for_room()
    {
        var pair = Large();
        pair.Run(TimeSpan.FromSeconds(1));
        pair[1].RoomChanged(1, false, pair.Now);
        var before = pair.Sent.GetValueOrDefault((1, MessageType.Acknowledge));
        pair.Write(0, 1, 1);
        Assert.True(pair.LinkOf(0).Window.Outstanding > 0);
        Assert.Equal(before, pair.Sent.GetValueOrDefault((1, MessageType.Acknowledge)));
        pair[1].RoomChanged(1, true, pair.Now);
        pair.Pump(1);
        Assert.Equal(before + 1, pair.Sent[(1, MessageType.Acknowledge)]);
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(0, pair.LinkOf(0).Window.Outstanding);
    }

    [Fact]
    public void Nothing_is_asked_again_where_nothing_was_lost()
    {
        var pair = Large();
        for (byte i = 0; i < 40; i++)
        {
            pair.Write(i % 2, i, 1);
            pair.Run(TimeSpan.FromMilliseconds(300));
        }

        Assert.Equal(0, pair.Sent.GetValueOrDefault((0, MessageType.Probe)) + pair.Sent.GetValueOrDefault((1, MessageType.Probe)));
    }

    [Fact]
    public void An_answered_or_abandoned_probe_leaves_nothing_behind()
    {
        var pair = Large();
        pair.Fate = static (_, type) => type == MessageType.ProbeReply ? FrameFate.Lost : FrameFate.Delivered;
        pair[0].Probe(7, pair.Now);
        pair.Pump(0);
        pair.Run(TimeSpan.FromSeconds(3));
        Assert.Contains(7UL, pair.LinkOf(0).ProbesAsked);
        pair.Fate = static (_, _) => FrameFate.Delivered;
        var answered = 0;
        pair[0].ProbeAnswered = (_, _) => answered++;
        pair.Run(TimeSpan.FromSeconds(3));
        Assert.Equal(1, answered);
        pair.Fate = static (_, type) => type == MessageType.ProbeReply ? FrameFate.Lost : FrameFate.Delivered;
        pair[0].Probe(8, pair.Now);
        pair.Pump(0);
        pair[0].EndProbe(8);
        Assert.Empty(pair.LinkOf(0).ProbesAsked);
    }

    private static CorePair Large() => new(o => o with { MaxFrameBytes = 8 << 20, PeerTimeout = TimeSpan.FromSeconds(5) });
}
