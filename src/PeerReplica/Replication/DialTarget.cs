using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>One address to dial, with a wait of its own between attempts. Several names may have it: seeds, and members.</summary>
internal sealed class DialTarget(string address)
{
    public string Address { get; } = address;

    /// <summary>The names whose latest answer holds the address. Without one the address is dropped once it is not linked.</summary>
    public List<DialName> Names { get; } = [];

    /// <summary>Whether a seed stands for it.</summary>
    public bool IsOfSeed => Names.Exists(static n => n.IsSeed);

    /// <summary>Who answered there last.</summary>
    public ReplicaId? Replica { get; set; }

    /// <summary>The name under which who answered there last is kept out if it sends what cannot be valid.</summary>
    public string? PeerKey { get; set; }

    /// <summary>The attempt under way; 0 when there is none.</summary>
    public long DialId { get; set; }

    /// <summary>The link that the last attempt opened, while it lasts; 0 when there is none.</summary>
    public long LinkId { get; set; }

    public Instant NextAttempt { get; set; }

    public int Failures { get; set; }

    /// <summary>Whether an attempt has ended without a useful link and none has succeeded since.</summary>
    public bool HasFailed => Failures > 0;

    /// <summary>Whether it turned out to be this replica's own address.</summary>
    public bool IsSelf { get; set; }

    public bool IsIdle => DialId == 0 && LinkId == 0;
}
