using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Wire;

/// <summary>
/// A vector that is sent in parts: together the parts say what the whole vector says, each origin once.
/// </summary>
public sealed class OriginRangeTests
{
    private delegate void Writer(ref MessagePackWriter output);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(100)]
    public void Parts_of_a_vector_say_together_what_the_whole_says(int size)
    {
        for (var length = 0; length <= 12; length++)
        {
            var (origins, vector) = VectorOf(length);
            var parts = new List<(ReplicaId, ulong)>();
            var count = 0;
            foreach (var range in new OriginRanges(size, vector.Length))
            {
                var part = Read((ref MessagePackWriter o) => o.WriteVector(vector, origins, range));
                Assert.InRange(part.Length, 0, size);
                parts.AddRange(part);
                count++;
            }

            Assert.Equal(Math.Max(1, (vector.Length + size - 1) / size), count);
            Assert.Equal(Read((ref MessagePackWriter o) => o.WriteVector(vector, origins)), parts);
            Assert.Equal(
                Enumerable.Range(0, length).Where(i => vector[i] > 0).Select(i => (origins[i], vector[i])), parts);
        }
    }

    [Fact]
    public void Range_is_before_the_end_only_if_origins_follow()
    {
        var range = new OriginRange(4, 3);
        Assert.False(range.IsBefore(6));
        Assert.False(range.IsBefore(7));
        Assert.True(range.IsBefore(8));
        Assert.Equal(new OriginRange(7, 3), range.Next);
        Assert.False(OriginRange.All.IsBefore(int.MaxValue));
    }

    [Fact]
    public void Range_past_the_end_of_a_vector_is_written_as_an_empty_vector()
    {
        var (origins, vector) = VectorOf(3);
        Assert.Empty(Read((ref MessagePackWriter o) => o.WriteVector(vector, origins, new OriginRange(3, 5))));
        Assert.Empty(
            Read((ref MessagePackWriter o) => o.WriteVector(vector, origins, new OriginRange(30, int.MaxValue))));
        Assert.Equal(
            [(origins[2], 102UL)], Read((ref MessagePackWriter o) => o.WriteVector(vector, origins, new OriginRange(2, int.MaxValue))));
    }

    /// <summary>Each third origin is at 0, and so takes no room.</summary>
    private static (OriginTable Origins, VersionVector Vector) VectorOf(int length)
    {
        var origins = new OriginTable(new ReplicaId(1));
        var vector = new VersionVector();
        for (var i = 0; i < length; i++)
        {
            Assert.Equal(i, origins.IndexOf(new ReplicaId((UInt128)(i + 1))));
            vector[i] = i % 3 == 1 ? 0 : (ulong)(100 + i);
        }

        return (origins, vector);
    }

    private static (ReplicaId Origin, ulong Sequence)[] Read(Writer write)
    {
        var buffer = new FrameBuffer();
        var output = new MessagePackWriter(buffer);
        write(ref output);
        output.Flush();
        var reader = new SpanReader(buffer.Written);
        var vector = reader.ReadVector();
        Assert.True(reader.End);
        return vector!;
    }
}
