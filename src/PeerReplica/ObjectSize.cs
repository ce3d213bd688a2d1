namespace PeerReplica;

/// <summary>How much a replicated object holds at this replica, at about one moment.</summary>
/// <param name="Entries">Entries with a value: of a pool its items, of everything without keys at most 1.</param>
/// <param name="Tombstones">Keys without a value that are still kept: removed or expired, and not yet collected.</param>
/// <param name="Bytes">The encoded keys and values of <paramref name="Entries"/>. What they take in memory is more.</param>
public readonly record struct ObjectSize(long Entries, long Tombstones, long Bytes);
