using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>An address to keep a link with: a seed's, or a member's.</summary>
internal sealed class DialTarget(string address, bool isSeed)
{
    public string Address { get; } = address;

    public bool IsSeed { get; } = isSeed;

    /// <summary>Who answered there last; for a member's address the member.</summary>
    public ReplicaId? Replica { get; set; }

    /// <summary>The attempt under way; 0 when there is none.</summary>
    public long DialId { get; set; }

    /// <summary>The link that the last attempt opened, while it lasts; 0 when there is none.</summary>
    public long LinkId { get; set; }

    public Instant NextAttempt { get; set; }

    public int Failures { get; set; }

    /// <summary>Whether it turned out to be this replica's own address.</summary>
    public bool IsSelf { get; set; }
}
