using MessagePack;

namespace PeerReplica.TestPeer;

/// <summary>A value that the app writes with MessagePack. Public, since the formatter is generated at run time.</summary>
[MessagePackObject]
public sealed record Order([property: Key(0)] string Customer, [property: Key(1)] int Seats, [property: Key(2)] string[] Notes);
