using PeerReplica.Causality;

namespace PeerReplica.Testing.Checking;

/// <summary>A change as it was when it was published.</summary>
internal sealed record HistoryRecord(
    ReplicaId Origin, ulong Sequence, byte[]? Payload, HybridTimestamp Stamp, (ReplicaId Origin, ulong Sequence)[] Observed)
{
    public bool Supersedes(HistoryRecord other) => Array.Exists(Observed, o => o.Origin == other.Origin && other.Sequence <= o.Sequence);
}
