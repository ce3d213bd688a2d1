using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace PeerReplica.Transport;

/// <summary>
/// One TCP connection. A frame is sent on the caller's thread when nothing waits and the system has room, else by a loop of its own; receiving and
/// every callback but <see cref="ITransportHandler.OnRoom"/> is one loop's.
/// </summary>
internal sealed class TcpConnection : ITransportConnection
{
    private const int ReadBytes = 64 << 10;
    private static readonly TimeSpan s_lingerTime = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly ITransportHandler _handler;
    private readonly int _maxFrameBytes;
    private readonly SendBuffer _buffer;
    private readonly int _roomAt;
    private readonly Lock _sendGate = new();
    private readonly Lock _callbackGate = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isSending;
    private bool _refused;

    // Set under the sending's gate, and never unset.
    private volatile bool _isClosing;
    private string? _reason;

    public TcpConnection(Socket socket, ITransportHandler handler, int maxFrameBytes, int sendBufferBytes)
    {
        _socket = socket;
        _handler = handler;
        _maxFrameBytes = maxFrameBytes;
        _buffer = new SendBuffer(sendBufferBytes);
        _roomAt = sendBufferBytes / 2;
        socket.NoDelay = true;

        // A synchronous send then takes what the system has room for and returns; the asynchronous calls do not care.
        socket.Blocking = false;
        RemoteAddress = Format(socket.RemoteEndPoint);
    }

    public string RemoteAddress { get; }

    /// <summary>Reports the opening, then everything that arrives, then the end. Does not throw.</summary>
    public async Task RunAsync(long? dialId)
    {
        string reason;
        try
        {
            lock (_callbackGate) _handler.OnOpened(this, dialId);
            reason = await ReceiveAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            reason = e.Message;
        }
        catch (Exception e)
        {
            reason = FaultOf(e);
        }

        Break(reason);
        _received.TrySetResult();
        lock (_callbackGate)
        {
            try
            {
                _handler.OnClosed(this, _reason!);
            }
            catch (Exception)
            {
                // The connection has ended already; others are not to suffer.
            }
        }
    }

    public bool TrySend(ReadOnlySpan<byte> frame)
    {
        lock (_sendGate)
        {
            if (_isClosing) return false;
            if (!_buffer.TryAppend(frame))
            {
                _refused = true;
                return false;
            }

            if (_isSending) return true;
            var sent = _socket.Send(_buffer.Waiting, SocketFlags.None, out var error);

            // An error other than want of room ends the receiving too, which reports it.
            if (error == SocketError.Success) _buffer.Drop(sent);
            if (_buffer.IsEmpty) return true;
            _isSending = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static c => _ = c.DrainAsync(), this, preferLocal: false);
        return true;
    }

    public void Close()
    {
        lock (_sendGate)
        {
            if (_isClosing) return;
            _isClosing = true;
            _reason = "closed by this replica";
            if (!_isSending) _drained.TrySetResult();
        }

        ThreadPool.UnsafeQueueUserWorkItem(static c => _ = c.FinishAsync(), this, preferLocal: false);
    }

    private static string Format(EndPoint? end) => end switch
    {
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped => $"{mapped.Address.MapToIPv4()}:{mapped.Port}",
        _ => end?.ToString() ?? "(unknown)",
    };

    private static string FaultOf(Exception e) => $"the receiver of its frames failed: {e.Message}";

    /// <summary>Ends the connection at once, with what waits. The first reason stays.</summary>
    private void Break(string reason)
    {
        lock (_sendGate)
        {
            _isClosing = true;
            _reason ??= reason;
        }

        _drained.TrySetResult();
        _socket.Dispose();
    }

    private async Task FinishAsync()
    {
        var linger = Task.Delay(s_lingerTime);
        await Task.WhenAny(_drained.Task, linger).ConfigureAwait(false);
        try
        {
            // A socket that is disposed of with bytes unread resets the connection, and with that may destroy what the other end has not read yet:
            // the receiving goes on until the other end has closed too.
            _socket.Shutdown(SocketShutdown.Send);
            await Task.WhenAny(_received.Task, linger).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other end was faster.
        }

        _socket.Dispose();
    }

    private async Task DrainAsync()
    {
        try
        {
            while (true)
            {
                ReadOnlyMemory<byte> bytes;
                var hasRoom = false;
                lock (_sendGate)
                {
                    _buffer.Return();
                    if (_refused && _buffer.Length <= _roomAt) (hasRoom, _refused) = (true, false);
                    if (_buffer.IsEmpty)
                    {
                        _isSending = false;
                        if (_isClosing) _drained.TrySetResult();
                    }

                    bytes = _buffer.IsEmpty ? default : _buffer.Take();
                }

                if (hasRoom) ReportRoom();
                if (bytes.IsEmpty) return;
                while (!bytes.IsEmpty) bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false)..];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // What the other end sent before it went can still be read; that ends the receiving too, which reports.
            _drained.TrySetResult();
            await Task.WhenAny(_received.Task, Task.Delay(s_lingerTime)).ConfigureAwait(false);
            Break(e.Message);
        }
        catch (Exception e)
        {
            Break(FaultOf(e));
        }
    }

    private void ReportRoom()
    {
        lock (_callbackGate)
        {
            if (!_isClosing) _handler.OnRoom(this);
        }
    }

    private async Task<string> ReceiveAsync()
    {
        // Filled and emptied by this loop alone; holds at most one frame and one reading.
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0, minimumSegmentSize: ReadBytes, useSynchronizationContext: false));
        try
        {
            while (true)
            {
                var count = await _socket.ReceiveAsync(pipe.Writer.GetMemory(ReadBytes / 2), SocketFlags.None).ConfigureAwait(false);
                if (count == 0) return "closed by the peer";
                pipe.Writer.Advance(count);
                await pipe.Writer.FlushAsync().ConfigureAwait(false);
                if (!pipe.Reader.TryRead(out var result)) continue;
                var rest = result.Buffer;
                if (!TryDeliver(ref rest, out var fault)) return fault;
                pipe.Reader.AdvanceTo(rest.Start, rest.End);
            }
        }
        finally
        {
            await pipe.Writer.CompleteAsync().ConfigureAwait(false);
            await pipe.Reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Hands over every whole frame; false when a length is none that a frame may have. After <see cref="Close"/> all is read and dropped.</summary>
    private bool TryDeliver(ref ReadOnlySequence<byte> bytes, out string fault)
    {
        fault = "";
        Span<byte> prefix = stackalloc byte[sizeof(int)];
        while (!_isClosing && bytes.Length >= sizeof(int))
        {
            bytes.Slice(0, sizeof(int)).CopyTo(prefix);
            var length = BinaryPrimitives.ReadInt32BigEndian(prefix);
            if (length <= 0 || length > _maxFrameBytes)
            {
                fault = $"it announced a frame of {(uint)length:N0} bytes; 1 to {_maxFrameBytes:N0} are permitted";
                return false;
            }

            if (bytes.Length < sizeof(int) + length) return true;
            Deliver(bytes.Slice(sizeof(int), length));
            bytes = bytes.Slice(sizeof(int) + length);
        }

        if (_isClosing) bytes = bytes.Slice(bytes.End);
        return true;
    }

    private void Deliver(in ReadOnlySequence<byte> frame)
    {
        if (frame.IsSingleSegment)
        {
            Report(frame.FirstSpan);
            return;
        }

        var length = (int)frame.Length;
        var whole = ArrayPool<byte>.Shared.Rent(length);
        frame.CopyTo(whole);
        Report(whole.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(whole);
    }

    private void Report(ReadOnlySpan<byte> frame)
    {
        lock (_callbackGate)
        {
            if (!_isClosing) _handler.OnFrame(this, frame);
        }
    }
}
