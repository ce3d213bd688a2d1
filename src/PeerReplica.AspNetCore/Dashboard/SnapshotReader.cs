using PeerReplica.AspNetCore.NodeReports;

namespace PeerReplica.AspNetCore.Dashboard;

/// <summary>Reads what the dashboard shows from the replica. Not thread-safe.</summary>
internal sealed class SnapshotReader(
    IPeerReplica replica, PeerReplicaDashboardOptions options, RecentEvents events, ReplicaCounters counters, bool hasReports, TimeProvider time)
{
    private const int MaxExamined = 100_000;
    private const int MaxTotalLength = 256 * 1024;

    private static readonly ReplicatedObjectKind[] s_single =
        [ReplicatedObjectKind.Counter, ReplicatedObjectKind.BoundedCounter, ReplicatedObjectKind.Register, ReplicatedObjectKind.MultiValueRegister, ReplicatedObjectKind.Flag];

    private readonly ObjectMeasures _measures = new(replica, time);

    public Snapshot Read()
    {
        _measures.Refresh();
        var (self, health) = (ReadSelf(), ReadHealth());
        var nodes = ReadNodes();
        return new(
            time.GetUtcNow(), self, health, RestartVerdict.Of(self, health, nodes, hasReports), hasReports, options.ShowValues, nodes,
            [.. replica.Objects.Select(ReadObject)], [.. replica.Audits.OrderBy(a => a.Key, StringComparer.Ordinal).Select(ReadAudit)], counters.Read(), events.Latest);
    }

    /// <summary>Whether the keys and values of an object may be seen.</summary>
    public bool Shows(string name) =>
        options.ShowValues && !name.StartsWith("peerreplica.", StringComparison.Ordinal) && !options.HiddenObjects.Contains(name);

    /// <summary>Entries whose key contains a text. Thread-safe.</summary>
    public EntriesView ReadEntries(string name, string? contains)
    {
        var (entries, examined, length) = (new List<EntryView>(), 0, 0);
        foreach (var entry in replica.InspectObject(name))
        {
            if (++examined > MaxExamined || entries.Count == options.MaxEntries || length > MaxTotalLength) return new(name, entries, IsComplete: false);
            var key = entry.Key is null ? null : ValueText.Of(entry.Key);
            if (!string.IsNullOrEmpty(contains) && key?.Contains(contains, StringComparison.OrdinalIgnoreCase) != true) continue;
            var value = entry.Value is null ? null : ValueText.Of(entry.Value);
            entries.Add(new(key, value));
            length += (key?.Length ?? 0) + (value?.Length ?? 0);
        }

        return new(name, entries, IsComplete: true);
    }

    private SelfView ReadSelf()
    {
        var self = replica.Self;
        return new(self.Id.ToString(), self.NodeName, self.Address, replica.State, replica.Fault?.Message);
    }

    private HealthView ReadHealth()
    {
        var health = replica.Health;
        return new(
            health.Status, health.IsReady, health.IsLive,
            [.. health.Findings.Select(f => new FindingView(f.Reason, f.Status, f.Subject, f.Message, f.Remedy))]);
    }

    private List<NodeView> ReadNodes()
    {
        IReadOnlyDictionary<ReplicaId, NodeReport> reports =
            hasReports ? replica.GetPresence<NodeReport>(NodeReport.ObjectName).Values : new Dictionary<ReplicaId, NodeReport>();
        var self = replica.Self;
        var nodes = new List<NodeView> { new(self.Id.ToString(), self.NodeName, self.Address, true, PeerState.Up, null, 0, reports.GetValueOrDefault(self.Id)) };
        var peers = replica.Peers;
        foreach (var peer in peers)
        {
            // An earlier run of an instance that is back: nobody waits for it.
            if (peer.State != PeerState.Up && IsBack(peer, peers, self)) continue;
            nodes.Add(new(
                peer.Id.ToString(), peer.NodeName, peer.Address, false, peer.State, peer.RoundTrip?.TotalSeconds, peer.Behind, reports.GetValueOrDefault(peer.Id)));
        }

        return nodes;
    }

    private static bool IsBack(PeerInfo peer, IReadOnlyList<PeerInfo> peers, ReplicaInfo self) =>
        (peer.NodeName, peer.Address) == (self.NodeName, self.Address)
        || peers.Any(p => p.State == PeerState.Up && (p.NodeName, p.Address) == (peer.NodeName, peer.Address));

    private ObjectView ReadObject(ReplicatedObjectInfo info)
    {
        var (entries, tombstones, bytes) = _measures.Of(info.Name);
        var shows = Shows(info.Name);
        var value = shows && s_single.Contains(info.Kind) ? string.Join(" | ", replica.InspectObject(info.Name).Take(8).Select(e => ValueText.Of(e.Value))) : null;
        return new(info.Name, info.Kind, info.Type, entries, tombstones, bytes, shows, value);
    }

    private AuditView ReadAudit(KeyValuePair<string, EscrowAudit> audit)
    {
        var (issued, sold, held, free, stranded, isBalanced) = audit.Value;
        var isCounter = replica.Objects.Any(o => o.Name == audit.Key && o.Kind == ReplicatedObjectKind.BoundedCounter);
        return new(
            audit.Key, issued, sold, held, free, stranded, audit.Value.Oversold, isBalanced, isCounter ? replica.GetBoundedCounter(audit.Key).AvailableHere : null);
    }
}
