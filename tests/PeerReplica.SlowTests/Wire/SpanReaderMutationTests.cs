using PeerReplica.Tests.Wire;

namespace PeerReplica.SlowTests.Wire;

/// <summary>The library's own reader beside the MessagePack package's, on frames that no peer of ours sends.</summary>
public sealed class SpanReaderMutationTests
{
    private const int Frames = 1_000_000;
    private const int Seed = 20_250_307;

    [Fact]
    public void Both_readers_agree_on_a_million_mutated_frames()
    {
        var mutator = new FrameMutator(new Random(Seed), [.. GoldenFrames.All.Select(f => f.Encode())]);
        var (values, messages) = (0, 0);
        for (var i = 0; i < Frames; i++)
        {
            var frame = mutator.Next().ToArray();
            var (value, message) = (Reading.BySpan(frame), Reading.OfMessageBySpan(frame));
            Assert.True(value == Reading.ByPackage(frame) && message == Reading.OfMessageByPackage(frame), $"frame {i} of seed {Seed}: {Convert.ToHexString(frame)}");
            if (value.IsValue) values++;
            if (message.IsValue) messages++;
        }

        // Else the mutations are so coarse that little past the first byte is compared.
        Assert.InRange(values, Frames / 10, Frames * 9 / 10);
        Assert.InRange(messages, Frames / 50, Frames / 2);
    }
}
