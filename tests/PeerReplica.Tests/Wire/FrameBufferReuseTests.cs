using PeerReplica.Wire;

namespace PeerReplica.Tests.Wire;

/// <summary>The buffer as a writer that asks for room, and what a reset keeps.</summary>
public sealed class FrameBufferReuseTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(10_000)]
    public void Room_that_was_asked_for_is_there(int size)
    {
        var buffer = new FrameBuffer();
        buffer.Write([1, 2, 3]);
        Assert.InRange(buffer.GetSpan(size).Length, Math.Max(1, size), int.MaxValue);
        Assert.InRange(buffer.GetMemory(size).Length, Math.Max(1, size), int.MaxValue);
        Assert.Equal([1, 2, 3], buffer.Written.ToArray());
    }

    [Fact]
    public void Full_buffer_still_gives_room_for_one_byte()
    {
        var buffer = new FrameBuffer();
        buffer.Advance(buffer.GetSpan().Length);
        Assert.NotEqual(0, buffer.GetSpan().Length);
        buffer.Advance(buffer.GetMemory().Length);
        Assert.NotEqual(0, buffer.GetMemory().Length);
    }

    [Fact]
    public void Bytes_put_into_the_room_count_once_they_are_advanced_over()
    {
        var buffer = new FrameBuffer();
        buffer.Write([7]);
        buffer.GetSpan(2)[0] = 8;
        buffer.GetSpan(2)[1] = 9;
        Assert.Equal([7], buffer.Written.ToArray());
        buffer.Advance(2);
        buffer.GetMemory(1).Span[0] = 10;
        buffer.Advance(1);
        Assert.Equal([7, 8, 9, 10], buffer.Written.ToArray());
        Assert.Equal(4, buffer.Length);
    }

    [Fact]
    public void Reset_empties_and_keeps_the_memory()
    {
        var buffer = new FrameBuffer();
        var bytes = new byte[5_000];
        buffer.Write(bytes);
        buffer.Reset();
        Assert.Equal(0, buffer.Length);
        Assert.True(buffer.Written.IsEmpty);
        Assert.Equal(0, AllocatedByWriting(buffer, bytes));
    }

    [Fact]
    public void Reset_gives_memory_back_only_beyond_what_is_to_be_kept()
    {
        var buffer = new FrameBuffer();
        var bytes = new byte[5_000];
        buffer.Write(bytes);
        buffer.Reset(keepBytes: 5_000);
        Assert.Equal(0, buffer.Length);
        Assert.Equal(0, AllocatedByWriting(buffer, bytes));
        buffer.Reset(keepBytes: 4_999);
        Assert.Equal(0, buffer.Length);
        Assert.InRange(AllocatedByWriting(buffer, bytes), 5_000, 6_000);
    }

    [Fact]
    public void Small_writes_grow_the_buffer_by_doubling()
    {
        var buffer = new FrameBuffer();
        byte[] one = [1];
        buffer.Write(one);
        buffer.Reset(keepBytes: 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100_000; i++) buffer.Write(one);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 100_000, 500_000);
    }

    private static long AllocatedByWriting(FrameBuffer buffer, byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        buffer.Write(bytes);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
