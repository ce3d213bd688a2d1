namespace PeerReplica.Security;

/// <summary>A handshake failed: no frame was exchanged, and the stream is of no further use.</summary>
public sealed class HandshakeException : PeerReplicaException
{
    internal HandshakeException(HandshakeVerdict verdict, string message, Exception? innerException = null)
        : base(message, innerException!) => Verdict = verdict;

    /// <summary>What was wrong.</summary>
    public HandshakeVerdict Verdict { get; }
}
