namespace PeerReplica.Wire;

/// <summary>The first element of every frame. The numbers are part of the wire format: never reuse one, nor 2 (a proof of the secret without encryption, of version 1) or 7 (sent by no release). See docs/reference/protocol.md.</summary>
internal enum MessageType : byte
{
    None = 0,
    Hello = 1,
    Status = 3,
    Data = 4,
    Acknowledge = 5,
    Heartbeat = 6,
    Pull = 8,
    Links = 9,
    Row = 10,
    Probe = 11,
    ProbeReply = 12,
    Bye = 13,
    Objects = 14,
    AddressReport = 15,
}
