namespace PeerReplica;

/// <summary>The bounds of an <see cref="IBoundedCounter"/>. Every instance of the app should register a counter with the same.</summary>
public sealed class BoundedCounterOptions
{
    /// <summary>The value never goes below this. Default 0. At most the capacity.</summary>
    public long Floor { get; set; }

    /// <summary>
    /// The value never goes above this, however much is returned. Default: none, so that every return is taken back. At least the capacity.
    /// </summary>
    public long? Ceiling { get; set; }

    /// <summary>
    /// How much one replica may take that a majority of the voters does not know of yet: so much at most is stranded for good when it crashes, and so much it can
    /// take at most while it is cut off. 0: each take asks first, and nothing can be stranded. Default: a twentieth of what there is between floor and capacity, at least 1.
    /// </summary>
    public long? Allowance { get; set; }
}
