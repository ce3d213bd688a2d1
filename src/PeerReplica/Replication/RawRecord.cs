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

    /// <summary>The window of a sliding expiration; 0: there is none.</summary>
    public ulong WindowMilliseconds;

    /// <summary>The remaining time that a sliding expiration may not outlive; null: there is no such limit.</summary>
    public ulong? LastMilliseconds;
    public (int Origin, ulong Sequence) Killer;

    /// <summary>The encoded proof; empty if there is none.</summary>
    public ReadOnlySpan<byte> Proof;

    public readonly bool Has(RecordFlags flag) => (Flags & flag) != 0;
}
