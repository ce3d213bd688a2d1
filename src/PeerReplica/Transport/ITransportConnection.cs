using PeerReplica.Security;

namespace PeerReplica.Transport;

/// <summary>One open connection to a peer. Thread-safe.</summary>
public interface ITransportConnection
{
    /// <summary>The other end's address, for logs and for people.</summary>
    string RemoteAddress { get; }

    /// <summary>
    /// Who the other end has proved to be; <see langword="null"/>, the default, where the transport does not authenticate. With <see cref="PeerReplicaOptions.SharedSecret"/> or a
    /// certificate in the options, the replica closes connections without an identity at once. A connection around another one passes it on.
    /// </summary>
    PeerIdentity? Peer => null;

    /// <summary>
    /// Accepts one frame for sending and copies it; never blocks. Returns <see langword="false"/>, taking nothing, when the connection's bounded
    /// buffer has no room or the connection is closed; after a refusal for want of room <see cref="ITransportHandler.OnRoom"/> is called once there is
    /// room again. An empty buffer takes a frame of any permitted size.
    /// </summary>
    /// <param name="frame">The frame's bytes, without any length prefix.</param>
    bool TrySend(ReadOnlySpan<byte> frame);

    /// <summary>
    /// Closes the connection, after trying briefly to send what was already accepted. Idempotent.
    /// <see cref="ITransportHandler.OnClosed"/> follows exactly once.
    /// </summary>
    void Close();
}
