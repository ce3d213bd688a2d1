namespace PeerReplica.Wire;

/// <summary>What a replica found when it tried to connect to the address that a peer advertises. The numbers are part of the wire format.</summary>
internal enum AddressVerdict : byte
{
    /// <summary>The peer answered there.</summary>
    Reached = 0,

    /// <summary>The name does not resolve.</summary>
    NotResolved = 1,

    /// <summary>No connection could be opened, or nothing was said on it.</summary>
    NoAnswer = 2,

    /// <summary>Another replica answered.</summary>
    AnotherReplica = 3,
}
