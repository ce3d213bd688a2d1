namespace PeerReplica.Wire;

/// <summary>Some of a vector's origins, by local index: a vector that is too long for one frame goes in several.</summary>
/// <param name="First">The first.</param>
/// <param name="Count">How many.</param>
internal readonly record struct OriginRange(int First, int Count)
{
    public static OriginRange All => new(0, int.MaxValue);

    /// <summary>Whether vectors of a length have origins past this range.</summary>
    public bool IsBefore(int length) => length - First > Count;

    public OriginRange Next => new(First + Count, Count);
}
