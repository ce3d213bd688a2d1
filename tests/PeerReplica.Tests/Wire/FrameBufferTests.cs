using PeerReplica.Wire;

namespace PeerReplica.Tests.Wire;

public class FrameBufferTests
{
    [Fact]
    public void What_was_written_stays_while_the_buffer_grows_and_loses_its_front()
    {
        var buffer = new FrameBuffer();
        var expected = new List<byte>();
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var bytes = new byte[random.Next(20_000)];
            random.NextBytes(bytes);
            buffer.Write(bytes);
            expected.AddRange(bytes);
            if (i % 7 != 6) continue;
            var count = random.Next(expected.Count + 1);
            buffer.RemoveFirst(count);
            expected.RemoveRange(0, count);
            Assert.True(buffer.Written.SequenceEqual(expected.ToArray()));
        }
    }

    [Fact]
    public void A_large_buffer_that_is_emptied_and_filled_again_allocates_next_to_nothing()
    {
        var buffer = new FrameBuffer();
        Fill(buffer);

        // What was given back may be taken by a collection meanwhile, but not time and again.
        Assert.InRange(Enumerable.Range(0, 10).Min(_ => Allocated(() => Fill(buffer))), 0, 1 << 20);
    }

    private static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Fill(FrameBuffer buffer)
    {
        for (var i = 0; i < 64; i++) buffer.Write(new byte[1_000]);
        var part = new byte[100_000];
        for (var i = 0; i < 80; i++) buffer.Write(part);
        Assert.Equal(8_064_000, buffer.Length);
        buffer.Reset(keepBytes: 1 << 20);
    }
}
