namespace PeerReplica.Security;

/// <summary>A stream that remembers the first byte that arrived, so that a failed handshake can say what the other end speaks.</summary>
internal interface IFirstByte
{
    /// <summary>The first byte; -1 before it has arrived.</summary>
    int FirstByte { get; }
}
