namespace PeerReplica.Transport;

/// <summary>What a transport reports. Calls for one connection are never concurrent, and come in the order opened, frames and room, closed.</summary>
public interface ITransportHandler
{
    /// <summary>A connection is open.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="dialId">The attempt that opened it, or <see langword="null"/> when the peer dialled us.</param>
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
}
