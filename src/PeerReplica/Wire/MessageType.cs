namespace PeerReplica.Wire;

/// <summary>The first element of every frame. The numbers are part of the wire format: never reuse one. See docs/protocol.md.</summary>
internal enum MessageType : byte
{
    None = 0,
    Hello = 1,
    Proof = 2,
    Status = 3,
    Data = 4,
    Acknowledge = 5,
    Heartbeat = 6,
    Pong = 7,
    Pull = 8,
    Restart = 9,
    Links = 10,
    Row = 11,
    Probe = 12,
    ProbeReply = 13,
    Bye = 14,
}
