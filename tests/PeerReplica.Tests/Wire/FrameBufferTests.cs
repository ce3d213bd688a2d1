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
}
