namespace PeerReplica;

/// <summary>How a pool behaves.</summary>
public sealed class PoolOptions
{
}
