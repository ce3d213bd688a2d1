using PeerReplica.Causality;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// Whether this replica can connect to the address that a linked member advertises. A member may be linked by its own attempt alone; then nobody would notice that others cannot
/// reach it.
/// </summary>
internal sealed class AddressCheck
{
    /// <summary>Whether the member answered at that address.</summary>
    public bool IsConfirmed { get; set; }

    /// <summary>When the next check begins, unless one is under way.</summary>
    public Instant NextAt { get; set; } = Instant.Never;

    /// <summary>How many checks in a row have failed.</summary>
    public int Failures { get; set; }

    /// <summary>Whether the member was told of a failure, and not yet that it is over.</summary>
    public bool IsReported { get; set; }

    /// <summary>The query under way; 0 when there is none.</summary>
    public long QueryId { get; set; }

    /// <summary>The attempts under way.</summary>
    public HashSet<long> Dials { get; } = [];

    /// <summary>What the check under way has found so far.</summary>
    public AddressVerdict Verdict { get; set; }

    public bool IsUnderWay => QueryId != 0 || Dials.Count > 0;
}
