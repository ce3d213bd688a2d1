using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>The core's settings: validated, immutable. What they mean is said at <see cref="PeerReplicaOptions"/>.</summary>
internal sealed record CoreOptions
{
    public required string ClusterName { get; init; }

    public required string NodeName { get; init; }

    public required string Address { get; init; }

    public IReadOnlyList<string> Seeds { get; init; } = [];

    /// <summary>Whether addresses may be names with several addresses; without it each is dialed as it is.</summary>
    public bool ResolvesNames { get; init; }

    /// <summary>
    /// Why an address (the second) that a peer advertises by a name (the first) is not dialed; null when it may be. Depends
    /// on nothing else.
    /// </summary>
    public Func<string, string, string?> WhyNotDialed { get; init; } = static (_, _) => null;

    /// <summary>Whether this replica may be the first of a cluster whatever its address is.</summary>
    public bool MayBeFirst { get; init; }

    public TimeSpan BroadcastInterval { get; init; } = TimeSpan.FromMilliseconds(8);

    public long MaxBytesPerSecondPerPeer { get; init; } = 256L << 20;

    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan PeerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromHours(1);

    public TimeSpan RelayAfter { get; init; } = TimeSpan.FromMilliseconds(50);

    public TimeSpan SeedTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether an identity's decisions on other identities count; null: everybody's do.</summary>
    public Func<LinkIdentity, bool>? IsOperator { get; init; }

    /// <summary>How long the first offence keeps an identity out. Zero, for tests: not at all.</summary>
    public TimeSpan FirstQuarantine { get; init; } = ReplicaCore.FirstQuarantine;

    public TimeSpan MaxClockSkew { get; init; } = TimeSpan.FromMinutes(1);

    public int MaxKeyBytes { get; init; } = 1024;

    public int MaxValueBytes { get; init; } = 16 << 20;

    public int MaxFrameBytes { get; init; } = 256 << 10;

    public long MaxStagedBytes { get; init; } = 2L << 30;

    public const int UsualWindowBytes = 4 << 20;

    /// <summary>The most data that may be on its way to one peer unacknowledged.</summary>
    public int WindowBytes { get; init; } = UsualWindowBytes;

    /// <summary>Signs this replica's protected records; null: it does not sign, and its id does not say that it does.</summary>
    public IRecordSigner? Signer { get; init; }

    /// <summary>Verifies those of others; null where the transport does not authenticate.</summary>
    public IRecordVerifier? Verifier { get; init; }

    /// <summary>How many replicas form the cluster; 0: the first that finds nobody.</summary>
    public int ExpectedReplicas { get; init; }

    /// <summary>Whether each peer has an identity that it cannot choose, so that voters are held to what they say.</summary>
    public bool ChecksVotes { get; init; }
}
