namespace PeerReplica.Escrow;

/// <summary>Compares keys of claims as bytes: an order that is the same everywhere.</summary>
internal sealed class ClaimKeyOrder : IComparer<byte[]>
{
    public static ClaimKeyOrder Instance { get; } = new();

    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
}
