using PeerReplica.AspNetCore.NodeReports;

namespace PeerReplica.AspNetCore.Dashboard;

/// <summary>
/// Whether the next instance may be restarted: every instance is ready, reaches every other, and has what the others have, and at least one stays that has the state. Pure.
/// </summary>
internal static class RestartVerdict
{
    /// <summary>So many changes may be on their way while an app writes; more is a peer that still catches up.</summary>
    public const long MaxBehind = 1_000;

    private static readonly ReplicaHealthReason[] s_blocking =
    [
        ReplicaHealthReason.Faulted, ReplicaHealthReason.ContentMismatch, ReplicaHealthReason.Oversold, ReplicaHealthReason.AccountsUnbalanced,
        ReplicaHealthReason.FormedTwice, ReplicaHealthReason.WaitingForExpectedReplicas,
    ];

    public static RestartView Of(SelfView self, HealthView health, IReadOnlyList<NodeView> nodes, bool hasReports)
    {
        var reasons = new List<string>();
        if (self.State != ReplicaState.Running) reasons.Add($"The replica of {self.Name} is {self.State}.");
        else if (!health.IsReady) reasons.Add($"{self.Name} is not ready.");
        reasons.AddRange(health.Findings.Where(f => s_blocking.Contains(f.Reason)).Select(f => f.Message));
        if (!nodes.Any(n => n is { IsSelf: false, State: PeerState.Up })) reasons.Add("No other instance is connected: a restart would lose the state.");
        foreach (var node in nodes.Where(n => !n.IsSelf)) AddPeer(reasons, node, hasReports);
        var names = nodes.ToDictionary(n => n.Id, n => n.Name, StringComparer.Ordinal);
        foreach (var node in nodes.Where(n => n is { IsSelf: false, Report: not null }))
        {
            foreach (var link in node.Report!.Links) AddLink(reasons, node, link, names);
        }

        return new(reasons.Count == 0, reasons);
    }

    private static void AddPeer(List<string> reasons, NodeView node, bool hasReports)
    {
        if (node.State is PeerState.Gone or PeerState.Expelled) return;
        if (node.State is PeerState.Unreachable or PeerState.Quarantined)
            reasons.Add($"{node.Name} ({node.Address}) cannot be reached.");
        else if (node.Behind > MaxBehind) reasons.Add($"{node.Name} still catches up: it is {node.Behind} changes behind.");
        else if (hasReports && node.Report is null) reasons.Add($"{node.Name} has not reported yet.");
        else if (node.Report is { IsReady: false }) reasons.Add($"{node.Name} is not ready: {string.Join(", ", node.Report.Findings)}.");
        else reasons.AddRange((node.Report?.Findings ?? []).Where(f => s_blocking.Contains(f)).Select(f => $"{node.Name} reports {f}."));
    }

    /// <summary>Peers that this instance does not know are no members any more.</summary>
    private static void AddLink(List<string> reasons, NodeView node, NodeLink link, Dictionary<string, string> names)
    {
        if (!names.TryGetValue(link.Peer, out var peer)) return;
        if (link.State == PeerState.Unreachable) reasons.Add($"{node.Name} does not reach {peer}.");
        else if (link.State == PeerState.Up && link.Behind > MaxBehind) reasons.Add($"{peer} is {link.Behind} changes behind {node.Name}.");
    }
}
