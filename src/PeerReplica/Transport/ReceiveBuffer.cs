using System.Buffers;
using System.Buffers.Binary;

namespace PeerReplica.Transport;

/// <summary>
/// The bytes that a connection has read and not yet handed over: at most one frame that is not whole, and one reading. Not thread-safe. It grows with what arrives, not with
/// what is announced; an array that a large frame needed goes back to the pool.
/// </summary>
internal sealed class ReceiveBuffer(int maxFrameBytes)
{
    private const int KeptBytes = 64 << 10;
    private const int LeastRoom = 16 << 10;

    private byte[] _bytes = [];
    private int _start;
    private int _end;

    /// <summary>Room for the next reading; valid until <see cref="Filled"/>.</summary>
    public Span<byte> Room()
    {
        if (_start == _end && (_bytes.Length > KeptBytes || _bytes.Length == 0)) Replace(KeptBytes);
        else if (_bytes.Length - _end < LeastRoom) MakeRoom();
        return _bytes.AsSpan(_end);
    }

    /// <summary>Notes that the first bytes of the room were filled.</summary>
    public void Filled(int count) => _end += count;

    /// <summary>
    /// Takes the next whole frame; valid until the next call of <see cref="Room"/>. Empty when there is none yet, or its length is none that a frame may have, which
    /// <paramref name="fault"/> then says.
    /// </summary>
    public ReadOnlySpan<byte> Take(out string? fault)
    {
        fault = null;
        if (_end - _start < sizeof(int)) return default;
        var length = BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(_start));
        if (length <= 0 || length > maxFrameBytes)
        {
            // 22, 3: a record of TLS with a handshake in it.
            if (length >> 16 == 0x1603) fault = "it begins to encrypt, and this replica does not: set the same SharedSecret or certificates on all instances";
            else fault = $"it announced a frame of {(uint)length:N0} bytes; 1 to {maxFrameBytes:N0} are permitted";
            return default;
        }

        if (_end - _start - sizeof(int) < length) return default;
        var frame = _bytes.AsSpan(_start + sizeof(int), length);
        _start += sizeof(int) + length;
        return frame;
    }

    /// <summary>Drops everything.</summary>
    public void Clear() => _start = _end = 0;

    /// <summary>Gives the array back; nothing may arrive after that.</summary>
    public void Release()
    {
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Clear();
    }

    private void MakeRoom()
    {
        if (_start < _bytes.Length / 2)
        {
            Replace(Math.Max(_bytes.Length * 2, KeptBytes));
            return;
        }

        _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
        (_start, _end) = (0, _end - _start);
    }

    private void Replace(int length)
    {
        var other = ArrayPool<byte>.Shared.Rent(length);
        _bytes.AsSpan(_start, _end - _start).CopyTo(other);
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, _start, _end) = (other, 0, _end - _start);
    }
}
