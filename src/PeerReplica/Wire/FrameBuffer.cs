using System.Buffers;

namespace PeerReplica.Wire;

/// <summary>
/// A growable byte buffer that is reused: once warm, writing allocates nothing. A large one borrows its memory, and returns it when it is emptied for good.
/// Not thread-safe.
/// </summary>
internal sealed class FrameBuffer : IBufferWriter<byte>
{
    private const int Smallest = 256;

    /// <summary>
    /// From and to how many bytes the memory is borrowed, so that one large transfer after the other does not allocate it anew. What is larger comes once, with a
    /// whole state, and is not worth keeping.
    /// </summary>
    private const int SmallestBorrowed = 1 << 17;
    private const int LargestBorrowed = 1 << 24;

    private byte[] _bytes = [];
    private bool _isBorrowed;

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Reset() => Length = 0;

    /// <summary>Empties it and gives its memory back when it has grown past <paramref name="keepBytes"/>.</summary>
    public void Reset(int keepBytes)
    {
        Length = 0;
        if (_bytes.Length <= keepBytes) return;
        Return();
        _bytes = [];
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
        if (_bytes.Length - Length < count) Grow(checked(Length + count));
    }

    private void Grow(int needed)
    {
        var size = Math.Max(needed, (int)Math.Min(Math.Max(_bytes.Length * 2L, Smallest), Array.MaxLength));
        var isBorrowed = size is >= SmallestBorrowed and <= LargestBorrowed;
        var larger = isBorrowed ? ArrayPool<byte>.Shared.Rent(size) : new byte[size];
        Written.CopyTo(larger);
        Return();
        (_bytes, _isBorrowed) = (larger, isBorrowed);
    }

    private void Return()
    {
        if (_isBorrowed) ArrayPool<byte>.Shared.Return(_bytes);
        _isBorrowed = false;
    }
}
