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

    /// <summary>The cluster's own list of members.</summary>
    Members = 15,
}
