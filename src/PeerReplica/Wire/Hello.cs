namespace PeerReplica.Wire;

/// <summary>The first message on a link, from both sides at once. <c>HasSecret</c> is false but for version 1 with a secret, which is refused.</summary>
internal sealed record Hello(
    int MinVersion, int MaxVersion, string Cluster, ReplicaId Id, string NodeName, string Address, byte[] Nonce, bool HasSecret)
{
    /// <summary>Sent if there are any; earlier versions send none and pass over it.</summary>
    public HelloCapabilities Capabilities { get; init; }
}
