using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>What a transfer may contain.</summary>
internal readonly record struct TransferLimits(int MaxKeyBytes, int MaxValueBytes, HybridTimestamp LatestStamp)
{
    /// <summary>
    /// The sender of the transfer, and the key of decisions on its own identity; null where the transport tells no
    /// peers apart.
    /// </summary>
    public (ReplicaId Id, byte[]? DecisionKey) Sender { get; init; }

    /// <summary>The node name that the sender's hello names; null if it is not known.</summary>
    public string? SenderName { get; init; }

    /// <summary>How many origins that are not known here it may bring.</summary>
    public int NewOrigins { get; init; } = OriginTable.MaxFromOthers;

    /// <summary>Time to live beyond a century is taken for damage.</summary>
    public const ulong MaxRemainingMilliseconds = 100UL * 366 * 24 * 3600 * 1000;
}
