using System.Net;
using System.Net.Sockets;

namespace PeerReplica.Transport;

/// <summary>
/// One TCP connection. A frame is sent on the caller's thread when nothing waits and the system has room, else by a loop of its own; receiving and
/// every callback but <see cref="ITransportHandler.OnRoom"/> is one thread's, which waits in the system call: waking a thread that sleeps is the larger part of the time that a
/// small frame takes, and an asynchronous call wakes two. For the same reason that thread can go on with what a frame brought about, while another one receives.
/// </summary>
internal sealed class TcpConnection : ITransportConnection, IContinuingConnection
{
    private static readonly TimeSpan s_lingerTime = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly ITransportHandler _handler;
    private readonly SendBuffer _buffer;
    private readonly int _roomAt;
    private readonly Lock _sendGate = new();
    private readonly Lock _callbackGate = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LeaderFollower _receivers;
    private readonly ReceiveBuffer _arrived;
    private bool _isOpened;
    private long? _dialId;
    private Action? _ended;
    private Action? _continuation;
    private bool _isSending;
    private bool _refused;

    // Set under the sending's gate, and never unset.
    private volatile bool _isClosing;
    private string? _reason;

    public TcpConnection(Socket socket, ITransportHandler handler, int maxFrameBytes, int sendBufferBytes, ThreadStarter start)
    {
        _socket = socket;
        _handler = handler;
        _buffer = new SendBuffer(sendBufferBytes);
        _arrived = new ReceiveBuffer(maxFrameBytes);
        _roomAt = sendBufferBytes / 2;
        socket.NoDelay = true;

        // A synchronous send then takes what the system has room for and returns; the asynchronous calls do not care.
        socket.Blocking = false;
        RemoteAddress = Format(socket.RemoteEndPoint);
        _receivers = new LeaderFollower($"PeerReplica {RemoteAddress}", Receive, start);
    }

    public string RemoteAddress { get; }

    /// <summary>
    /// Reports the opening, then everything that arrives, then the end; <paramref name="ended"/> is called after that. Does not throw. The caller's thread is the connection's until
    /// this returns, which may be later, or never, where code of the app's runs on it.
    /// </summary>
    public void Run(long? dialId, Action ended)
    {
        (_dialId, _ended) = (dialId, ended);
        _receivers.Run();
    }

    public bool TryContinueWith(Action continuation)
    {
        if (_continuation is not null || !_receivers.CanPass()) return false;
        _continuation = continuation;
        return true;
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

    /// <summary>Receives until a frame has brought about a continuation, which it returns, or the connection has ended.</summary>
    private Action? Receive()
    {
        string? reason;
        try
        {
            if (!_isOpened) Open();
            while (true)
            {
                if (Deliver(out reason) is { } continuation) return continuation;
                if (reason is not null || !TryRead(out reason)) break;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            reason = e.Message;
        }
        catch (Exception e)
        {
            reason = FaultOf(e);
        }

        End(reason!);
        return null;
    }

    private void Open()
    {
        _isOpened = true;
        lock (_callbackGate) _handler.OnOpened(this, _dialId);
    }

    /// <summary>Waits for bytes; false, and why, when none will come.</summary>
    private bool TryRead(out string? reason)
    {
        _socket.Poll(Timeout.Infinite, SelectMode.SelectRead);
        var count = _socket.Receive(_arrived.Room(), SocketFlags.None, out var error);
        reason = null;
        if (error == SocketError.WouldBlock) return true;
        if (error != SocketError.Success) reason = new SocketException((int)error).Message;
        else if (count == 0) reason = "closed by the peer";
        else _arrived.Filled(count);
        return reason is null;
    }

    /// <summary>
    /// Hands over every whole frame, up to one that brings about a continuation; says what is wrong with a length that no frame may have. After <see cref="Close"/> all is read
    /// and dropped.
    /// </summary>
    private Action? Deliver(out string? fault)
    {
        fault = null;
        while (!_isClosing)
        {
            var frame = _arrived.Take(out fault);
            if (frame.IsEmpty) return null;
            lock (_callbackGate)
            {
                if (!_isClosing) _handler.OnFrame(this, frame);
            }

            if (_continuation is not { } continuation) continue;
            _continuation = null;
            return continuation;
        }

        _arrived.Clear();
        return null;
    }

    private void End(string reason)
    {
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

        // Of a frame whose handling failed.
        if (_continuation is { } left) ThreadPool.UnsafeQueueUserWorkItem(static c => c(), left, preferLocal: false);
        _arrived.Release();
        _ended!();
    }
}
