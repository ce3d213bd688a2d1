namespace PeerReplica;

/// <summary>The base of every exception that PeerReplica throws for a reason of its own; misuse of an argument is an <see cref="ArgumentException"/>.</summary>
public class PeerReplicaException : Exception
{
    /// <summary>Creates the exception with a message that says what to do.</summary>
    public PeerReplicaException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message that says what to do, and its cause.</summary>
    public PeerReplicaException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
