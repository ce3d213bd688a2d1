using System.Buffers;
using System.Threading.Channels;
using PeerReplica.Security;

namespace PeerReplica.Transport;

/// <summary>
/// One end of a connection in memory. What the other end sends waits in this end's channel; one loop empties it and makes every call for this end. A frame
/// counts against its sender's buffer, with the 4 bytes of length it would have on a wire, until its receiver's handler has returned.
/// </summary>
internal sealed class InMemoryConnection : ITransportConnection
{
    private readonly Lock _gate = new();
    private readonly Channel<Arrival> _arrivals = Channel.CreateUnbounded<Arrival>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ITransportHandler _handler;
    private readonly long? _dialId;
    private readonly int _capacity;
    private int _waiting;
    private bool _refused;
    private bool _isClosed;
    private string? _reason;

    // This end was closed, not the other: what has arrived is dropped.
    private volatile bool _isDeaf;

    private InMemoryConnection(InMemoryTransport local, InMemoryTransport remote, long? dialId, int capacity)
    {
        _handler = local.Handler;
        _dialId = dialId;
        _capacity = capacity;
        LocalAddress = local.Address;
        RemoteAddress = remote.Address;
        Other = this;
    }

    public InMemoryConnection Other { get; private set; }

    public string LocalAddress { get; }

    public string RemoteAddress { get; }

    /// <summary>It never leaves the process.</summary>
    public PeerIdentity Peer => PeerIdentity.Trusted;

    /// <summary>Both ends of a new connection, the dialler's first.</summary>
    public static (InMemoryConnection Near, InMemoryConnection Far) Pair(InMemoryTransport from, InMemoryTransport to, long dialId, int capacity)
    {
        var near = new InMemoryConnection(from, to, dialId, capacity);
        var far = new InMemoryConnection(to, from, null, capacity) { Other = near };
        near.Other = far;
        return (near, far);
    }

    /// <summary>Reports the opening, then everything that arrives, then the end. Does not throw.</summary>
    public async Task RunAsync()
    {
        try
        {
            _handler.OnOpened(this, _dialId);
            var reader = _arrivals.Reader;
            while (await reader.WaitToReadAsync().ConfigureAwait(false))
            {
                while (reader.TryRead(out var arrival)) Take(arrival);
            }
        }
        catch (Exception e)
        {
            Break($"the receiver of its frames failed: {e.Message}");
            Other.End("closed by the peer");
        }

        try
        {
            _handler.OnClosed(this, _reason!);
        }
        catch (Exception)
        {
            // The connection has ended already; others are not to suffer.
        }
    }

    public bool TrySend(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            var bytes = sizeof(int) + frame.Length;
            if (_isClosed) return false;
            if (_waiting > 0 && _waiting + bytes > _capacity)
            {
                _refused = true;
                return false;
            }

            var copy = ArrayPool<byte>.Shared.Rent(frame.Length);
            frame.CopyTo(copy);
            _waiting += bytes;

            // An end that has just closed takes nothing: lost on the way, and this end is about to be told.
            Other._arrivals.Writer.TryWrite(new Arrival(copy, frame.Length));
            return true;
        }
    }

    /// <summary>Closes this end, and the other once that has read what was sent.</summary>
    public void Close()
    {
        Break("closed by this replica");
        Other.End("closed by the peer");
    }

    /// <summary>Ends this end at once, with what is on its way to it. The first reason stays.</summary>
    public void Break(string reason)
    {
        _isDeaf = true;
        End(reason);
    }

    /// <summary>Ends this end after what has arrived.</summary>
    private void End(string reason)
    {
        lock (_gate)
        {
            _isClosed = true;
            _reason ??= reason;
        }

        _arrivals.Writer.TryComplete();
    }

    private void Take(in Arrival arrival)
    {
        if (_isDeaf) return;
        if (arrival.Frame is not { } frame)
        {
            _handler.OnRoom(this);
            return;
        }

        _handler.OnFrame(this, frame.AsSpan(0, arrival.Length));
        ArrayPool<byte>.Shared.Return(frame);
        Other.Free(sizeof(int) + arrival.Length);
    }

    /// <summary>The other end has taken a frame of this one. Room is reported at half, so that several frames fit.</summary>
    private void Free(int bytes)
    {
        lock (_gate)
        {
            _waiting -= bytes;
            if (!_refused || _waiting > _capacity / 2) return;
            _refused = false;
        }

        _arrivals.Writer.TryWrite(default);
    }

    /// <summary>A frame in a pooled array; without one, there is room to send.</summary>
    private readonly record struct Arrival(byte[]? Frame, int Length);
}
