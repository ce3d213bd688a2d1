namespace PeerReplica.Crdts;

/// <summary>What an object is. The numbers are part of the wire format: never reuse one.</summary>
internal enum ObjectKind : byte
{
    Counter = 1,
    Register = 2,
    MultiValueRegister = 3,
    Map = 4,
    Set = 5,
    Flag = 6,
    Presence = 7,
    BoundedCounter = 8,
    Pool = 9,

    /// <summary>What was decided about the holds of a bounded counter, or the items of a pool.</summary>
    Reservation = 10,

    /// <summary>What each replica says to the account consensus that decides about rights.</summary>
    Consensus = 13,

    /// <summary>What the account consensus decided.</summary>
    Decisions = 14,

    /// <summary>The cluster's own list of members.</summary>
    Members = 15,

    /// <summary>Which values of a map were used, and until when they live for it: named and keyed as the map.</summary>
    Touches = 16,

    /// <summary>Which identities operators have expelled from the cluster.</summary>
    Expulsions = 17,
}
