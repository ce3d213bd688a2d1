using System.Buffers;

namespace PeerReplica.Wire;

/// <summary>A growable byte buffer that is reused: once warm, writing allocates nothing. Not thread-safe.</summary>
internal sealed class FrameBuffer : IBufferWriter<byte>
{
    private const int Smallest = 256;
    private byte[] _bytes = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>The same bytes, for readers that take no span. Valid until the next write.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    public void Reset() => Length = 0;

    /// <summary>Empties it and gives its memory back when it has grown past <paramref name="keepBytes"/>.</summary>
    public void Reset(int keepBytes)
    {
        Length = 0;
        if (_bytes.Length > keepBytes) _bytes = [];
    }

    /// <summary>Takes the first bytes away and moves the others to the front: costs as much as there are others.</summary>
    public void RemoveFirst(int count)
    {
        _bytes.AsSpan(count, Length - count).CopyTo(_bytes);
        Length -= count;
    }

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureFree(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureFree(Math.Max(sizeHint, 1));
        return _bytes.AsSpan(Length);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        EnsureFree(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    private void EnsureFree(int count)
    {
        if (_bytes.Length - Length < count) Array.Resize(ref _bytes, Math.Max(Math.Max(_bytes.Length * 2, Smallest), checked(Length + count)));
    }
}
