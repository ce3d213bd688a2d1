namespace PeerReplica.Testing.Checking;

/// <summary>Whether what a replica queues stays within its bounds.</summary>
internal static class BoundsCheck
{
    /// <summary>What the heap of the expiry schedule may hold beyond twice its entries, and what may have no record yet.</summary>
    private const int Slack = 64;

    /// <summary>Returns what is wrong, or null.</summary>
    /// <param name="run">The run.</param>
    /// <param name="windowBytes">The most bytes of data that may be unacknowledged on one link; at least one frame.</param>
    public static string? Find(SimulatedRun run, int windowBytes)
    {
        var core = run.Node.Host.Core;
        foreach (var link in core.LinksInOrder)
        {
            if (link.Window.Outstanding > windowBytes) return $"{link.Window.Outstanding} bytes are unacknowledged on a link; the bound is {windowBytes}";
        }

        // Each entry is queued once, however often it changes.
        var records = core.Store.LiveRecords + core.Store.Tombstones;
        if (core.Store.CollectionQueueLength > records + Slack) return $"{core.Store.CollectionQueueLength} entries await collection; there are {records} records";
        var nodes = run.Node.Host.ExpiryNodes;
        return nodes <= (2 * records) + Slack ? null : $"the expiry schedule has {nodes} nodes; there are {records} records";
    }
}
