using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using PeerReplica.Security;

namespace PeerReplica.Transport;

/// <summary>
/// One TCP connection. A frame is sent on the caller's thread when nothing waits and the system has room, else by a loop of its own; receiving and
/// every callback but <see cref="ITransportHandler.OnRoom"/> is one thread's, which waits in the system call: waking a thread that sleeps is the larger part of the time that a
/// small frame takes, and an asynchronous call wakes two. For the same reason that thread can go on with what a frame brought about, while another one receives.
/// </summary>
internal sealed class TcpConnection : ITransportConnection, IContinuingConnection
{
    /// <summary>What is encrypted at a time, so that little ciphertext waits.</summary>
    private const int EncryptedBytes = 64 << 10;

    private static readonly TimeSpan s_lingerTime = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;

    // Both or none: frames go through TLS, which reads and writes the socket by way of the stream.
    private readonly SslStream? _tls;
    private readonly SocketStream? _raw;
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
    private bool _isTlsReleased;
    private volatile bool _hasHeard;
    private long? _dialId;
    private Action? _ended;
    private Action? _continuation;
    private bool _isSending;
    private bool _refused;

    // Set under the sending's gate, and never unset.
    private volatile bool _isClosing;
    private string? _reason;

    public TcpConnection(
        Socket socket, ITransportHandler handler, int maxFrameBytes, int sendBufferBytes, ThreadStarter start, SocketStream? raw = null, AuthenticatedChannel? channel = null)
    {
        _socket = socket;
        _raw = raw;
        _tls = channel?.Tls;
        Channel = channel;
        _handler = handler;
        _buffer = new SendBuffer(sendBufferBytes);
        _arrived = new ReceiveBuffer(maxFrameBytes);
        _roomAt = sendBufferBytes / 2;
        socket.NoDelay = true;

        // A synchronous send then takes what the system has room for and returns; the asynchronous calls do not care.
        socket.Blocking = false;
        RemoteAddress = AddressOf(socket);
        _receivers = new LeaderFollower($"PeerReplica {RemoteAddress}", Receive, start);
    }

    public string RemoteAddress { get; }

    public PeerIdentity? Peer => Channel?.Peer;

    /// <summary>The authenticated channel; null where nothing is encrypted.</summary>
    public AuthenticatedChannel? Channel { get; }

    /// <summary>Whether a whole frame has arrived.</summary>
    public bool HasHeard => _hasHeard;

    /// <summary>The other end of a connected socket, for logs.</summary>
    public static string AddressOf(Socket socket) => socket.RemoteEndPoint switch
    {
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped => $"{mapped.Address.MapToIPv4()}:{mapped.Port}",
        var end => end?.ToString() ?? "(unknown)",
    };

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
            if (_tls is not null)
            {
                if (!TryEncrypt()) return false;
                if (!_raw!.HasPending) return true;
                _isSending = true;
                ThreadPool.UnsafeQueueUserWorkItem(static c => _ = c.DrainAsync(), this, preferLocal: false);
                return true;
            }

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

    /// <summary>Closes at once, without the frames that wait.</summary>
    public void Abort(string reason) => Break(reason);

    /// <summary>Sends what waits, encrypted; false when the connection has failed.</summary>
    private bool TryEncrypt()
    {
        try
        {
            _tls!.Write(_buffer.Waiting);
            _buffer.Drop(_buffer.Length);
            return true;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            Break(e.Message);
            return false;
        }
    }

    /// <summary>Ends the use of TLS once nobody reads and nobody writes any more.</summary>
    private void ReleaseTls()
    {
        lock (_sendGate)
        {
            if (_tls is null || _isTlsReleased || _isSending || !_received.Task.IsCompleted) return;
            _isTlsReleased = true;
        }

        _tls.Dispose();
    }

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
            if (_raw is not null) await _raw.DrainAsync().ConfigureAwait(false);
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
                if (bytes.IsEmpty)
                {
                    ReleaseTls();
                    return;
                }

                while (!bytes.IsEmpty) bytes = bytes[await SendSomeAsync(bytes).ConfigureAwait(false)..];
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // What the other end sent before it went can still be read; that ends the receiving too, which reports.
            _drained.TrySetResult();
            await Task.WhenAny(_received.Task, Task.Delay(s_lingerTime)).ConfigureAwait(false);
            EndDraining(e.Message);
        }
        catch (Exception e)
        {
            EndDraining(FaultOf(e));
        }
    }

    private void EndDraining(string reason)
    {
        Break(reason);
        lock (_sendGate) _isSending = false;
        ReleaseTls();
    }

    private async ValueTask<int> SendSomeAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_tls is null) return await _socket.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false);
        var count = Math.Min(bytes.Length, EncryptedBytes);
        _tls.Write(bytes.Span[..count]);
        await _raw!.DrainAsync().ConfigureAwait(false);
        return count;
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
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or OperationCanceledException)
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
        if (_tls is not null)
        {
            var decrypted = _tls.Read(_arrived.Room());
            reason = decrypted == 0 ? "closed by the peer" : null;
            if (decrypted > 0) _arrived.Filled(decrypted);
            return decrypted > 0;
        }

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
            if (!_hasHeard) _hasHeard = true;
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
        ReleaseTls();
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
