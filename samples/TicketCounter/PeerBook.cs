using System.Collections.Concurrent;
using PeerReplica;

namespace TicketCounter;

/// <summary>Every peer seen so far, by name, also those that have gone.</summary>
internal sealed class PeerBook(IPeerReplica replica)
{
    private readonly ConcurrentDictionary<string, PeerReport> _seen = new();

    public IReadOnlyList<PeerReport> Peers
    {
        get
        {
            foreach (var name in _seen.Keys) _seen[name] = new(name, nameof(PeerState.Gone), null, 0);
            foreach (var p in replica.Peers) _seen[p.NodeName] = new(p.NodeName, p.State.ToString(), p.RoundTrip?.TotalMilliseconds, p.Behind);
            return [.. _seen.Values.OrderBy(p => p.Name, StringComparer.Ordinal)];
        }
    }

    public async Task FollowAsync(CancellationToken until)
    {
        try
        {
            await foreach (var change in replica.WatchPeersAsync(until)) _seen.TryAdd(change.Peer.NodeName, new(change.Peer.NodeName, "", null, 0));
        }
        catch (OperationCanceledException)
        {
            // The agent ends.
        }
    }
}
