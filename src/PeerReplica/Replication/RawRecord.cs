using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>A record as it stands in a transfer's bytes. Origins and objects are the link's numbers.</summary>
internal ref struct RawRecord
{
    public RecordFlags Flags;
    public int Object;
    public ulong Sequence;
    public HybridTimestamp Stamp;
    public ReadOnlySpan<byte> Key;
    public ReadOnlySpan<byte> Payload;

    /// <summary>Pairs of origin and sequence: valid until the next record is read.</summary>
    public ReadOnlySpan<(int Origin, ulong Sequence)> Observed;
    public ulong RemainingMilliseconds;
    public (int Origin, ulong Sequence) Killer;

    public readonly bool Has(RecordFlags flag) => (Flags & flag) != 0;
}
