using System.Text.Json.Serialization;

namespace PeerReplica;

/// <summary>What came of asking for an item of a pool.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PoolOutcome>))]
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

    /// <summary>
    /// Another replica decides about the item and did not answer in time. The request is withdrawn: an item that was taken or held after all becomes free again as soon as that replica
    /// learns of the withdrawal. A return is not undone: it may still take effect, at most the timeout after that replica received the request.
    /// </summary>
    OwnerAway,

    /// <summary>
    /// This replica decides about the item itself, but no majority of the voters acknowledged the decision in time: it is cut off from the others, or most of them are away. Or the pool
    /// has not been granted yet, which takes a majority, or this replica did not start in time. The request is withdrawn, as for <see cref="OwnerAway"/>.
    /// </summary>
    NoMajority,
}
