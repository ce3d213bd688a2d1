namespace PeerReplica.Escrow;

/// <summary>Compares keys of reservations as bytes: an order that is the same everywhere.</summary>
internal sealed class ReservationKeyOrder : IComparer<byte[]>
{
    public static ReservationKeyOrder Instance { get; } = new();

    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
}
