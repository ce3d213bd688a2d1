namespace PeerReplica.Escrow;

/// <summary>
/// The end of an account. From here on its owner's gifts and limits that were not acknowledged before never count. What it may still have taken up to its
/// limits is in doubt and is given to nobody; the rest falls to the heir.
/// </summary>
/// <param name="Account">The account.</param>
/// <param name="Heir">Who gets what is left.</param>
/// <param name="Objects">The account as the council knows it, object by object.</param>
internal sealed record Closing(ReplicaId Account, ReplicaId Heir, ClosedObject[] Objects);

/// <summary>A closed account in one object.</summary>
/// <param name="Object">The object.</param>
/// <param name="Down">Its rights to take.</param>
/// <param name="Up">Its rights to return.</param>
internal sealed record ClosedObject(EscrowName Object, ClosedSide Down, ClosedSide Up);

/// <summary>One side of a closed account.</summary>
/// <param name="Limit">The most that its owner may have spent, net.</param>
/// <param name="Granted">What its owner granted, of that which counts.</param>
/// <param name="Gifts">What its owner gave, of that which counts.</param>
internal sealed record ClosedSide(long Limit, long Granted, Gift[] Gifts)
{
    public static ClosedSide Empty { get; } = new(0, 0, []);

    public long Given => Gift.Sum(Gifts);
}
