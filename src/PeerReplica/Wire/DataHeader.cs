namespace PeerReplica.Wire;

/// <summary>The head of a data frame: one part of a transfer.</summary>
/// <param name="Number">The frame's number on this link, from 1.</param>
/// <param name="Flags">What the part is.</param>
internal readonly record struct DataHeader(ulong Number, DataFlags Flags);
