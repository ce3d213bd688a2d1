namespace PeerReplica.Transport;

/// <summary>
/// What a transport reports. Calls for one connection are never concurrent, and come in the order opened, frames and room, closed. A connection is reported as opened only once
/// both ends have authenticated each other, if the transport authenticates.
/// </summary>
public interface ITransportHandler
{
    /// <summary>A connection is open.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="dialId">The attempt that opened it, or <see langword="null"/> when the peer dialed us.</param>
    void OnOpened(ITransportConnection connection, long? dialId);

    /// <summary>An attempt to connect ended without a connection.</summary>
    /// <param name="dialId">The attempt.</param>
    /// <param name="reason">Why, in words for a log.</param>
    void OnDialFailed(long dialId, string reason);

    /// <summary>A whole frame arrived. The span is valid only during the call.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="frame">The frame's bytes, without its length prefix.</param>
    void OnFrame(ITransportConnection connection, ReadOnlySpan<byte> frame);

    /// <summary>There is room again after <see cref="ITransportConnection.TrySend"/> refused.</summary>
    /// <param name="connection">The connection.</param>
    void OnRoom(ITransportConnection connection);

    /// <summary>The connection is gone: closed by either side, or broken. The last call for this connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="reason">Why, in words for a log.</param>
    void OnClosed(ITransportConnection connection, string reason);

    /// <summary>Something happened without a connection: a handshake failed, or certificates were exchanged. A handler around another one passes it on.</summary>
    /// <param name="notice">What happened.</param>
    void OnNotification(TransportNotification notice)
    {
    }

    /// <summary>
    /// The connection will have to end before <see cref="Security.PeerIdentity.ValidUntil"/> of its peer, since what is trusted has changed: a new one takes its place. A handler around
    /// another one passes it on.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="within">In which time the transport closes it.</param>
    void OnExpiring(ITransportConnection connection, TimeSpan within)
    {
    }
}
