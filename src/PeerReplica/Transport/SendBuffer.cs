using System.Buffers;
using System.Buffers.Binary;

namespace PeerReplica.Transport;

/// <summary>
/// The bytes that a connection has accepted and not yet handed to the system, at most a given number; one frame more than that only when it was empty.
/// Not thread-safe. Two arrays take turns: one fills while the other is being sent. An array that a burst made large goes back to the pool once empty.
/// </summary>
internal sealed class SendBuffer(int capacity)
{
    private const int KeptBytes = 64 << 10;

    private byte[] _filling = [];
    private byte[] _spare = [];
    private int _length;
    private int _taken;

    /// <summary>The bytes that wait and those that were taken and not yet returned.</summary>
    public int Length => _length + _taken;

    public bool IsEmpty => Length == 0;

    public ReadOnlySpan<byte> Waiting => _filling.AsSpan(0, _length);

    /// <summary>Appends a frame after its length, or nothing when there is no room.</summary>
    public bool TryAppend(ReadOnlySpan<byte> frame)
    {
        var bytes = sizeof(int) + frame.Length;
        if (!IsEmpty && Length + bytes > capacity) return false;
        if (_filling.Length < _length + bytes) Grow(_length + bytes);
        BinaryPrimitives.WriteInt32BigEndian(_filling.AsSpan(_length), frame.Length);
        frame.CopyTo(_filling.AsSpan(_length + sizeof(int)));
        _length += bytes;
        return true;
    }

    /// <summary>Drops the first bytes, which were sent.</summary>
    public void Drop(int count)
    {
        _filling.AsSpan(count, _length - count).CopyTo(_filling);
        _length -= count;
        if (_length == 0) Trim(ref _filling);
    }

    /// <summary>Takes everything that waits, for sending; to be given back by <see cref="Return"/> before the next taking, and not while it is being sent.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        var taken = _filling.AsMemory(0, _length);
        (_filling, _spare) = (_spare, _filling);
        _taken = _length;
        _length = 0;
        return taken;
    }

    public void Return()
    {
        _taken = 0;
        Trim(ref _spare);
    }

    private static void Trim(ref byte[] array)
    {
        if (array.Length <= KeptBytes) return;
        ArrayPool<byte>.Shared.Return(array);
        array = [];
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(4096, Math.Min(capacity, _filling.Length * 2))));
        _filling.AsSpan(0, _length).CopyTo(larger);
        if (_filling.Length > 0) ArrayPool<byte>.Shared.Return(_filling);
        _filling = larger;
    }
}
