using PeerReplica.Replication;

namespace PeerReplica.Tests.Replication;

/// <summary>The window against a list of what is on its way.</summary>
public sealed class FlowWindowTests
{
    private const int Frame = 100;
    private const int Most = 1000;

    [Fact]
    public void The_window_knows_what_is_on_its_way()
    {
        var random = new Random(7);
        var window = new FlowWindow(Most, Frame);
        var inFlight = new List<(ulong Number, int Bytes)>();
        for (var step = 0; step < 10_000; step++)
        {
            if (random.Next(3) > 0 && window.HasRoom)
            {
                var bytes = random.Next(1, Frame + 1);
                inFlight.Add((window.Send(bytes), bytes));
            }
            else
            {
                var number = (ulong)random.NextInt64(0, (long)window.LastSent + 1);
                window.Acknowledge(number);
                inFlight.RemoveAll(f => f.Number <= number);
            }

            Assert.Equal(inFlight.Sum(f => f.Bytes), window.Outstanding);
            Assert.InRange(window.Outstanding, 0, Most);
        }
    }

    [Fact]
    public void One_frame_may_always_be_on_its_way()
    {
        var window = new FlowWindow(Frame, Frame);
        Assert.True(window.HasRoom);
        window.Send(1);
        Assert.False(window.HasRoom);
        window.Acknowledge(1);
        Assert.True(window.HasRoom);
    }

    [Fact]
    public void A_refusal_halves_the_capacity_down_to_one_frame_and_heartbeats_raise_it_again()
    {
        var window = new FlowWindow(Most, Frame);
        while (window.HasRoom) window.Send(Frame);
        window.Shrink();
        Assert.Equal(Most / 2, window.Capacity);
        for (var refusal = 0; refusal < 10; refusal++) window.Shrink();
        Assert.Equal(Frame, window.Capacity);
        for (var heartbeat = 0; heartbeat < 4; heartbeat++) window.Grow();
        Assert.InRange(window.Capacity, 3 * Frame, 5 * Frame);
        for (var heartbeat = 0; heartbeat < 20; heartbeat++) window.Grow();
        Assert.Equal(Most, window.Capacity);
    }

    [Fact]
    public void A_reset_forgets_what_was_on_its_way_but_not_the_numbering()
    {
        var window = new FlowWindow(Most, Frame);
        window.Send(Frame);
        window.Send(Frame);
        window.Reset();
        Assert.Equal(0, window.Outstanding);
        Assert.Equal(3UL, window.Send(Frame));
    }

    [Fact]
    public void Greatest_acknowledged_number_never_falls()
    {
        var window = new FlowWindow(100, 10);
        for (var i = 0; i < 3; i++) window.Send(10);
        window.Acknowledge(2);
        window.Acknowledge(1);
        Assert.Equal((2UL, 10), (window.LastAcknowledged, window.Outstanding));
    }
}
