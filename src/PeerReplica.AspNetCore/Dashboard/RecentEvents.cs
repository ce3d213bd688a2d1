using PeerReplica.AspNetCore.NodeReports;

namespace PeerReplica.AspNetCore.Dashboard;

/// <summary>
/// What happened at this instance lately: peers that came and went, findings that arose and are over. Waits for the replica to say so, and does nothing in between. Thread-safe.
/// </summary>
internal sealed class RecentEvents(IPeerReplica replica, TimeProvider time)
{
    public const int Capacity = 100;

    private readonly Lock _gate = new();
    private readonly Queue<EventView> _events = new();
    private long _number;

    /// <summary>The events that are kept, newest first.</summary>
    public IReadOnlyList<EventView> Latest
    {
        get
        {
            lock (_gate) return [.. _events.Reverse()];
        }
    }

    /// <summary>Follows the replica until it ends.</summary>
    public Task FollowAsync(CancellationToken cancellationToken)
    {
        Add("Started", replica.Self.NodeName, $"This instance has started, and knows {replica.Peers.Count} peers.");
        return Task.WhenAll(FollowPeersAsync(cancellationToken), FollowHealthAsync(cancellationToken));
    }

    private async Task FollowPeersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var (peer, previous) in replica.WatchPeersAsync(cancellationToken).ConfigureAwait(false))
            {
                var text = (peer.State, previous) switch
                {
                    (PeerState.Up, null) => "joined.",
                    (PeerState.Up, _) => "is connected again.",
                    (PeerState.Unreachable, _) => "cannot be reached.",
                    (PeerState.Quarantined, _) => "sent what cannot be valid, and is kept out for a while.",
                    (PeerState.Expelled, _) => "was expelled from the cluster.",
                    _ => "has left, or was forgotten.",
                };
                Add($"{peer.State}", peer.NodeName, $"{peer.Address} {text}");
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ReplicaNotRunningException)
        {
            // The health report says why.
        }
    }

    private async Task FollowHealthAsync(CancellationToken cancellationToken)
    {
        var known = new HashSet<(ReplicaHealthReason, string)>();
        try
        {
            await foreach (var report in replica.WatchHealthAsync(cancellationToken).ConfigureAwait(false))
            {
                foreach (var finding in report.Findings.Where(f => known.Add((f.Reason, f.Subject))))
                    Add($"{finding.Reason}", finding.Subject, finding.Message);
                var over = known.Where(k => !report.Findings.Any(f => (f.Reason, f.Subject) == k)).ToArray();
                foreach (var (reason, subject) in over)
                {
                    known.Remove((reason, subject));
                    Add("Resolved", subject, $"{reason} is over.");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The app has ended.
        }
    }

    private void Add(string kind, string subject, string text)
    {
        lock (_gate)
        {
            if (_events.Count == Capacity) _events.Dequeue();
            _events.Enqueue(new(++_number, time.GetUtcNow(), kind, ReportText.Cut(subject, 256), ReportText.Cut(text, 1000)));
        }
    }
}
