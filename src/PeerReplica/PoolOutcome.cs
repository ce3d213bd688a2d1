namespace PeerReplica;

/// <summary>What came of asking for an item of a pool.</summary>
public enum PoolOutcome
{
    /// <summary>It is done: taken, held or given back, as asked.</summary>
    Done,

    /// <summary>It is taken already; or, of a return, it was not taken.</summary>
    NotFree,

    /// <summary>It is held.</summary>
    Held,

    /// <summary>The pool has no such item.</summary>
    Unknown,

    /// <summary>The replica that decides about it did not answer in time. Should it answer later, what was asked for is undone.</summary>
    OwnerAway,

    /// <summary>
    /// This replica decides about the item itself, but no majority of the voters acknowledged the decision in time: it is cut off from the others, or most of them are away. What was
    /// asked for is undone.
    /// </summary>
    NoMajority,
}
