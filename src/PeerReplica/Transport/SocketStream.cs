using System.Buffers;
using System.Net.Sockets;
using PeerReplica.Security;

namespace PeerReplica.Transport;

/// <summary>
/// A connected, non-blocking socket as a stream for TLS. A read waits in the system call. A write never waits: what the system has no room for is kept until
/// <see cref="DrainAsync"/>. One thread may read while another one writes.
/// </summary>
internal sealed class SocketStream(Socket socket) : Stream, IFirstByte
{
    private byte[] _pending = [];
    private int _start;
    private int _end;
    private int _firstByte = -1;

    public int FirstByte => Volatile.Read(ref _firstByte);

    /// <summary>Whether reads wait without blocking the caller's thread, by way of the runtime's poller: only while a stranger's handshake is under way.</summary>
    public bool IsAsynchronous { get; set; }

    /// <summary>Whether bytes wait for the system to have room.</summary>
    public bool HasPending => _end > _start;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            socket.Poll(Timeout.Infinite, SelectMode.SelectRead);
            var count = socket.Receive(buffer, SocketFlags.None, out var error);
            if (error == SocketError.Success) return Arrived(buffer, count);
            if (error != SocketError.WouldBlock) throw new IOException(new SocketException((int)error).Message);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!IsAsynchronous) return ReadCancelable(buffer.Span, cancellationToken);
        try
        {
            var count = await socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            return Arrived(buffer.Span, count);
        }
        catch (SocketException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (!HasPending)
        {
            var sent = socket.Send(buffer, SocketFlags.None, out var error);
            if (error == SocketError.Success) buffer = buffer[sent..];
            else if (error != SocketError.WouldBlock) throw new IOException(new SocketException((int)error).Message);
        }

        if (!buffer.IsEmpty) Keep(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        if (HasPending) await DrainAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Hands all that waits to the system. Nothing is written meanwhile.</summary>
    public async ValueTask DrainAsync(CancellationToken cancellationToken = default)
    {
        while (HasPending) _start += await socket.SendAsync(_pending.AsMemory(_start.._end), SocketFlags.None, cancellationToken).ConfigureAwait(false);
        (_start, _end) = (0, 0);
        if (_pending.Length > 0) ArrayPool<byte>.Shared.Return(_pending);
        _pending = [];
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private int ReadCancelable(Span<byte> buffer, CancellationToken cancellationToken)
    {
        using var closing = cancellationToken.UnsafeRegister(static s => ((Socket)s!).Dispose(), socket);
        return Read(buffer);
    }

    private int Arrived(ReadOnlySpan<byte> buffer, int count)
    {
        if (_firstByte < 0 && count > 0) Volatile.Write(ref _firstByte, buffer[0]);
        return count;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_pending.Length - _end < bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_end - _start + bytes.Length, 4096));
            _pending.AsSpan(_start.._end).CopyTo(larger);
            if (_pending.Length > 0) ArrayPool<byte>.Shared.Return(_pending);
            (_pending, _start, _end) = (larger, 0, _end - _start);
        }

        bytes.CopyTo(_pending.AsSpan(_end));
        _end += bytes.Length;
    }
}
