using PeerReplica.Transport;

namespace PeerReplica.Testing.Network;

/// <summary>One end of a simulated connection.</summary>
internal sealed class SimulatedConnection(SimulatedNetwork network, SimulatedRun owner, SimulatedRun peer) : ITransportConnection
{
    private int _inFlight;
    private bool _refused;

    public SimulatedRun Owner => owner;

    public SimulatedRun Peer => peer;

    public SimulatedConnection Other { get; set; } = null!;

    public bool IsClosed { get; private set; }

    /// <summary>Before this time nothing is delivered to this end: it has not been told of the connection.</summary>
    public long OpenedAt { get; set; }

    /// <summary>When the last frame reaches the other end, where order is kept.</summary>
    public long LastArrival { get; set; }

    public bool IsStalled { get; private set; }

    PeerReplica.Security.PeerIdentity? ITransportConnection.Peer =>
        network.IdentityOf?.Invoke(peer.Machine.Address) ?? PeerReplica.Security.PeerIdentity.Trusted;

    public string RemoteAddress => peer.Machine.Address;

    public bool TrySend(ReadOnlySpan<byte> frame)
    {
        if (IsClosed) return false;
        if (IsStalled || (_inFlight > 0 && _inFlight + frame.Length > network.RoomBytes))
        {
            _refused = true;
            return false;
        }

        _inFlight += frame.Length;
        network.Send(this, frame.ToArray());
        return true;
    }

    public void Close()
    {
        if (IsClosed) return;
        IsClosed = true;
        network.Later(owner, 0, () => owner.Handler.OnClosed(this, "closed by this replica"));
        network.TellClosed(this);
    }

    /// <summary>The other end is gone.</summary>
    public void Break(string reason)
    {
        if (IsClosed) return;
        IsClosed = true;
        owner.Handler.OnClosed(this, reason);
    }

    public void Stall(long duration)
    {
        IsStalled = true;
        network.Later(owner, duration, () =>
        {
            IsStalled = false;
            GiveRoom();
        });
    }

    /// <summary>A frame has left the network, delivered or lost.</summary>
    public void Landed(int bytes)
    {
        _inFlight -= bytes;
        if (_inFlight <= network.RoomBytes / 2) GiveRoom();
    }

    private void GiveRoom()
    {
        if (!_refused || IsStalled || IsClosed) return;
        _refused = false;
        network.Later(owner, 0, () =>
        {
            if (!IsClosed) owner.Handler.OnRoom(this);
        });
    }
}
