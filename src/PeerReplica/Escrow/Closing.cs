namespace PeerReplica.Escrow;

/// <summary>
/// The end of an account. From here on its owner's rights transfers and limits that were not acknowledged before never count, nor do rights transfers
/// to it. What it may still have taken up to its limits is in doubt and is given to nobody; the rest falls to the successor.
/// </summary>
/// <param name="Account">The account.</param>
/// <param name="Successor">Who gets what is left.</param>
/// <param name="Objects">The account as the account consensus knows it, object by object.</param>
internal sealed record Closing(ReplicaId Account, ReplicaId Successor, ClosedObject[] Objects)
{
    /// <summary>What the account consensus knew of the account in one object; nothing where its owner had none of it.</summary>
    public ClosedObject Find(EscrowName name)
    {
        foreach (var closed in Objects)
        {
            if (closed.Object == name) return closed;
        }

        return ClosedObject.Empty;
    }
}

/// <summary>A closed account in one object.</summary>
/// <param name="Object">The object.</param>
/// <param name="Down">Its rights to take.</param>
/// <param name="Up">Its rights to return.</param>
internal sealed record ClosedObject(EscrowName Object, ClosedSide Down, ClosedSide Up)
{
    public static ClosedObject Empty { get; } = new(default, ClosedSide.Empty, ClosedSide.Empty);

    public ClosedSide this[bool up] => up ? Up : Down;
}

/// <summary>One side of a closed account.</summary>
/// <param name="Limit">The most that its owner may have spent, net.</param>
/// <param name="Granted">What its owner granted, of that which counts.</param>
/// <param name="Transfers">What its owner gave to accounts that stay open, of that which counts.</param>
/// <param name="Receipts">What it received from accounts that stay open or are closed with it, of that which counts.</param>
internal sealed record ClosedSide(long Limit, long Granted, RightsTransfer[] Transfers, Receipt[] Receipts)
{
    public static ClosedSide Empty { get; } = new(0, 0, [], []);
}
