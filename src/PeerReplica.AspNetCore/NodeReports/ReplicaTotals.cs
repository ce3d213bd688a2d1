namespace PeerReplica.AspNetCore.NodeReports;

/// <summary>Figures of a replica since it started, as its meter has them.</summary>
public sealed record ReplicaTotals
{
    /// <summary>Live records now: the metric <c>peerreplica.entries</c>.</summary>
    public long Entries { get; init; }

    /// <summary>Records kept until all have seen them superseded, now: <c>peerreplica.tombstones</c>.</summary>
    public long Tombstones { get; init; }

    /// <summary>Local changes published: <c>peerreplica.updates.published</c>.</summary>
    public long Published { get; init; }

    /// <summary>Changes of peers that were new here: <c>peerreplica.updates.merged</c>.</summary>
    public long Merged { get; init; }

    /// <summary>Local writes that replaced one not yet published: <c>peerreplica.updates.coalesced</c>.</summary>
    public long Coalesced { get; init; }

    /// <summary>Entries removed from maps that were over their limits: <c>peerreplica.map.evictions</c>.</summary>
    public long Evicted { get; init; }

    /// <summary>Bytes handed to connections: <c>peerreplica.sent.bytes</c>.</summary>
    public long SentBytes { get; init; }

    /// <summary>Bytes that arrived: <c>peerreplica.received.bytes</c>.</summary>
    public long ReceivedBytes { get; init; }
}
