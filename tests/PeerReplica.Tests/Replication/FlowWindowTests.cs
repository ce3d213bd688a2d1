using PeerReplica.Replication;

namespace PeerReplica.Tests.Replication;

public sealed class FlowWindowTests
{
    [Fact]
    public void Window_agrees_with_a_sum_over_what_is_in_flight()
    {
        const int Capacity = 1000;
        var random = new Random(4);
        var window = new FlowWindow(Capacity);
        var inFlight = new List<(ulong Number, int Bytes)>();
        var sent = 0UL;
        var wasFull = false;
        for (var step = 0; step < 20_000; step++)
        {
            switch (random.Next(10))
            {
                case < 6 when window.HasRoom:
                    var bytes = random.Next(1, 400);
                    Assert.Equal(++sent, window.Send(bytes));
                    inFlight.Add((sent, bytes));
                    break;
                case < 9:
                    // Also numbers that were acknowledged before, and 0.
                    var number = (ulong)random.NextInt64((long)sent + 1);
                    window.Acknowledge(number);
                    inFlight.RemoveAll(f => f.Number <= number);
                    break;
                default:
                    if (random.Next(50) > 0) break;
                    window.Reset();
                    inFlight.Clear();
                    break;
            }

            var outstanding = inFlight.Sum(f => f.Bytes);
            wasFull |= outstanding >= Capacity;
            Assert.Equal(outstanding, window.Outstanding);
            Assert.Equal(outstanding < Capacity, window.HasRoom);
            Assert.Equal(sent, window.LastSent);
        }

        Assert.True(wasFull);
    }
}
