namespace PeerReplica;

/// <summary>A key or value could not be serialized or read back. Nothing was lost: a failed write published nothing, and bytes that cannot be read are kept.</summary>
public sealed class ReplicaSerializationException : PeerReplicaException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="objectName">The object whose key or value it was.</param>
    /// <param name="message">What failed and what to do.</param>
    /// <param name="innerException">What the serializer threw.</param>
    public ReplicaSerializationException(string objectName, string message, Exception? innerException)
        : base(message, innerException) => ObjectName = objectName;

    /// <summary>The name of the object whose key or value it was.</summary>
    public string ObjectName { get; }
}
