using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>One thing to do.</summary>
/// <param name="Kind">What.</param>
/// <param name="Id">The link, or the dial attempt.</param>
/// <param name="Offset">Where its frame begins in the outputs' buffer.</param>
/// <param name="Length">How long its frame is.</param>
/// <param name="Type">The frame's message type, for counting.</param>
/// <param name="Detail">An address, a reason, or a replica, by kind.</param>
/// <param name="Verdict">Why a link is closed.</param>
internal readonly record struct CoreOutput(
    CoreOutputKind Kind, long Id, int Offset, int Length, MessageType Type, string? Detail, LinkVerdict Verdict);
