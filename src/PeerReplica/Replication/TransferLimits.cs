using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>What a transfer may contain.</summary>
internal readonly record struct TransferLimits(int MaxKeyBytes, int MaxValueBytes, HybridTimestamp LatestStamp)
{
    /// <summary>Time to live beyond a century is taken for damage.</summary>
    public const ulong MaxRemainingMilliseconds = 100UL * 366 * 24 * 3600 * 1000;
}
