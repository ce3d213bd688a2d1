namespace PeerReplica.Wire;

/// <summary>The versions of the protocol that this build speaks. Two replicas speak the greatest that both do.</summary>
internal static class ProtocolVersions
{
    /// <summary>Version 1 has no capabilities in the Hello.</summary>
    public const int Least = 1;

    public const int Greatest = 2;

    /// <summary>The first version whose content hash is this one's: before it, long keys and payloads were hashed otherwise.</summary>
    public const int SameContentHash = 2;
}
