namespace PeerReplica.AspNetCore.NodeReports;

/// <summary>
/// What one instance reports of itself to all others: its process, its own view of its links, and values of the app. Published by <c>AddNodeReport</c> as a presence, so that it
/// disappears with its instance. Read it through <c>IPresence&lt;NodeReport&gt;</c>, registered as <see cref="ObjectName"/>.
/// </summary>
public sealed record NodeReport
{
    /// <summary>The name of the presence.</summary>
    public const string ObjectName = "peerreplica.nodes";

    /// <summary>1 for the first report since the process started, then one more each time.</summary>
    public long Number { get; init; }

    /// <summary>The informational version of the app's entry assembly, without build metadata.</summary>
    public string? AppVersion { get; init; }

    /// <summary>How long the process has been running.</summary>
    public TimeSpan Uptime { get; init; }

    /// <summary>The processor time that the process used since the report before, as a share of all its processors: 0 to 1.</summary>
    public double CpuShare { get; init; }

    /// <summary>How many processors the process may use.</summary>
    public int Processors { get; init; }

    /// <summary>The system's load average over one minute, where the system has one (Linux).</summary>
    public double? LoadAverage { get; init; }

    /// <summary>The process's memory, in bytes.</summary>
    public long WorkingSetBytes { get; init; }

    /// <summary>The managed heap, in bytes.</summary>
    public long ManagedHeapBytes { get; init; }

    /// <summary>The memory that the process may use, in bytes: the container's limit, or the machine's memory.</summary>
    public long AvailableMemoryBytes { get; init; }

    /// <summary>Whether the replica is ready.</summary>
    public bool IsReady { get; init; }

    /// <summary>The overall status of the replica's health report.</summary>
    public ReplicaHealthStatus Health { get; init; }

    /// <summary>What is wrong with the replica, up to 8 different reasons.</summary>
    public IReadOnlyList<ReplicaHealthReason> Findings { get; init; } = [];

    /// <summary>How many peers the replica knows; <see cref="Links"/> may have fewer.</summary>
    public int Peers { get; init; }

    /// <summary>The replica's own view of its peers, up to <see cref="NodeReportOptions.MaxLinks"/>: unreachable peers first, then those with the greatest lag.</summary>
    public IReadOnlyList<NodeLink> Links { get; init; } = [];

    /// <summary>What the replica holds, and what it sent and received since it started.</summary>
    public ReplicaTotals Totals { get; init; } = new();

    /// <summary>
    /// How long it took, in seconds, until all reachable peers confirmed the report before this one: the propagation of a write, there and back. Measured only while a dashboard is open.
    /// </summary>
    public double? PropagationSeconds { get; init; }

    /// <summary>Values of the app: see <see cref="NodeReportOptions.AddValue"/>.</summary>
    public IReadOnlyList<NodeValue> Values { get; init; } = [];

    /// <summary>Whether somebody has a dashboard open at this instance. Instances report more often while this holds anywhere.</summary>
    public bool IsWatching { get; init; }
}
