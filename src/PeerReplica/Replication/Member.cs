using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>What is known of one member of the cluster, this replica not counted.</summary>
internal sealed class Member(ReplicaId id, int origin, string nodeName, string address, Instant since)
{
    public ReplicaId Id { get; } = id;

    public int Origin { get; } = origin;

    public string NodeName { get; set; } = nodeName;

    public string Address { get; set; } = address;

    /// <summary>The host that it last connected from: where it is dialed when its advertised name is of no use here.</summary>
    public string? ObservedHost { get; set; }

    /// <summary>
    /// Further addresses that it advertises, since peers could not connect to <see cref="Address"/> and saw it there: where it is dialed
    /// when its advertised name is of no use here and it was never linked.
    /// </summary>
    public IReadOnlyList<string> Alternatives { get; set; } = [];

    /// <summary>The identity that first had a link with it: no other one may claim its id. Null where the transport tells no identities apart.</summary>
    public string? Identity { get; set; }

    /// <summary>
    /// The name under which it is kept out if it sends what cannot be valid; null if it has had no link with this
    /// replica.
    /// </summary>
    public string? PeerKey { get; set; }

    /// <summary>Whether this replica reaches it at the address that it advertises.</summary>
    public AddressCheck AddressCheck { get; set; } = new();

    /// <summary>When it was last heard of: directly, or through a peer that is linked with it.</summary>
    public Instant LastEvidence { get; set; } = since;

    /// <summary>What it is known to contain by its own word on earlier links and by the report of others, for while there is no link.</summary>
    public VersionVector Row { get; } = new();

    /// <summary>
    /// Whether it counts for no concern: a later run of the same instance has taken its place, or it is expelled.
    /// </summary>
    public bool IsSuperseded { get; set; }

    /// <summary>The open link, if there is one.</summary>
    public Link? Link { get; set; }
}
