using PeerReplica.Wire;

namespace PeerReplica.Tests.Laws;

/// <summary>A whole transfer's bytes, as one frame would carry them, and its flags.</summary>
internal sealed record Delta(byte[] Body, DataFlags Flags);
