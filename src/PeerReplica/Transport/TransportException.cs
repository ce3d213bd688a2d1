namespace PeerReplica.Transport;

/// <summary>A transport could not start: the message says why and what to do.</summary>
public sealed class TransportException : PeerReplicaException
{
    /// <summary>Creates the exception with a message that says what to do.</summary>
    public TransportException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message that says what to do, and its cause.</summary>
    public TransportException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
