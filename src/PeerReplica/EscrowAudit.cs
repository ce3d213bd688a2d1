namespace PeerReplica;

/// <summary>Where the units of a bounded counter or a pool are, as far as this replica knows: <c>Issued = Sold + Held + Free + Stranded</c>.</summary>
/// <param name="Issued">Everything that was ever granted.</param>
/// <param name="Sold">Taken and not returned.</param>
/// <param name="Held">Reserved by holds that are neither confirmed nor over.</param>
/// <param name="Free">What replicas that can be reached may still take, and what is on its way between them.</param>
/// <param name="Stranded">
/// What nobody who can be reached may take: rights of replicas that cannot be reached, and what a replica whose account was closed may have taken without anyone
/// knowing.
/// </param>
/// <param name="IsBalanced">
/// Whether the sum comes out, counted account by account, and the value lies between floor and ceiling. It may not for a moment, while records are on their way.
/// </param>
public readonly record struct EscrowAudit(long Issued, long Sold, long Held, long Free, long Stranded, bool IsBalanced)
{
    /// <summary>What was taken beyond everything that was granted. Anything but 0 is a broken promise, or a cluster that was formed twice.</summary>
    public long Oversold => (long)Int128.Clamp((Int128)Sold + Held - Issued, 0, long.MaxValue);
}
