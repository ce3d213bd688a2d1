using System.Text.Json.Serialization;

namespace PeerReplica;

/// <summary>
/// Why a replica is not healthy. Names and numbers are stable: alerts may use either. The remarks of each member say its status, whether it
/// blocks readiness, and for how long the condition lasts before it is reported.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReplicaHealthReason>))]
public enum ReplicaHealthReason
{
    /// <summary>The host has not been started. Unhealthy, blocks readiness.</summary>
    NotStarted = 1,

    /// <summary>
    /// The first synchronization is not complete, so reads may miss what other replicas hold. Unhealthy, blocks readiness. Reported at once; logged when
    /// it lasts longer than <see cref="PeerReplicaOptions.SeedTimeout"/> plus <see cref="PeerReplicaOptions.PeerTimeout"/>.
    /// </summary>
    NotSynchronized = 2,

    /// <summary>The host is stopping: the last changes are being handed over. Unhealthy, blocks readiness.</summary>
    Stopping = 3,

    /// <summary>The replica was stopped. Unhealthy, blocks readiness.</summary>
    Stopped = 4,

    /// <summary>The start failed, or a broken invariant stopped the replica. Unhealthy, blocks readiness, and the only reason for which it is not live.</summary>
    Faulted = 5,

    /// <summary>
    /// Seeds are configured, and no other replica is connected for longer than <see cref="PeerReplicaOptions.SeedTimeout"/> and
    /// <see cref="PeerReplicaOptions.PeerTimeout"/>. Degraded.
    /// </summary>
    Alone = 10,

    /// <summary>A seed does not resolve, does not answer or refuses: no link with it has opened for longer than <see cref="PeerReplicaOptions.PeerTimeout"/>. Degraded.</summary>
    SeedNotReached = 12,

    /// <summary>
    /// The link with a peer was refused, here or there: another secret, another cluster, another protocol version, a clock that differs too much, data that is too large or
    /// malformed. Degraded. Reported at once, until two minutes have passed without a refusal.
    /// </summary>
    PeerRefused = 13,

    /// <summary>A member has had no link with this replica for longer than <see cref="PeerReplicaOptions.PeerTimeout"/>. Degraded.</summary>
    MemberUnreachable = 14,

    /// <summary>
    /// Bounded counters and pools grant nothing yet: fewer than <see cref="PeerReplicaOptions.ExpectedReplicas"/> instances have met, or those that have met do not agree
    /// on which of them form the cluster. Degraded. Reported after <see cref="PeerReplicaOptions.SeedTimeout"/>.
    /// </summary>
    WaitingForExpectedReplicas = 15,

    /// <summary>
    /// Two instances run under one <see cref="PeerReplicaOptions.NodeName"/>, and both have been heard of for longer than
    /// three times <see cref="PeerReplicaOptions.PeerTimeout"/>. Degraded.
    /// </summary>
    DuplicateNodeName = 16,

    /// <summary>
    /// Linked peers cannot connect to the address that this replica advertises: they tried twice or more, and its name does not resolve there, nothing answers, or another replica does.
    /// The replica depends on its own dialing. Degraded, until a peer succeeds or its link ends.
    /// </summary>
    AdvertisedAddressUnreachable = 17,

    /// <summary>A peer's clock, or the clock of the origin of its changes, is ahead by more than <see cref="PeerReplicaOptions.MaxClockSkew"/>. Degraded.</summary>
    ClockSkew = 18,

    /// <summary>
    /// A peer sent what cannot be valid, and its identity is kept out for a while: 5 s at first, twice as long each
    /// further time, up to 10 minutes. Degraded. Reported at once, until the quarantine is over and two minutes have
    /// passed.
    /// </summary>
    PeerQuarantined = 19,

    /// <summary>
    /// An identity was expelled from the cluster, or one that is expelled tried to connect. Degraded. Reported at
    /// once, until two minutes have passed without either.
    /// </summary>
    PeerExpelled = 20,

    /// <summary>
    /// A peer says that this replica's own identity is expelled from the cluster. Unhealthy. Reported at once, until
    /// no peer has said so for three minutes.
    /// </summary>
    Expelled = 21,

    /// <summary>
    /// Instances register one name with different types, key types, capacities or items. Degraded. Reported at once; see <c>docs/explanation/guarantees.md</c> for
    /// the outcome.
    /// </summary>
    ObjectMismatch = 30,

    /// <summary>A peer's content differs although both hold the same changes. It is being repaired. Degraded, until two minutes have passed without another one.</summary>
    ContentMismatch = 31,

    /// <summary>More was taken from a bounded counter than was granted. Unhealthy.</summary>
    Oversold = 32,

    /// <summary>The accounts of a bounded counter or a pool have not added up for 30 s while a majority of the voters could be reached. Degraded.</summary>
    AccountsUnbalanced = 33,

    /// <summary>Peers declared this replica dead: it can take nothing from bounded counters and pools until it is restarted. Unhealthy.</summary>
    AccountClosed = 34,

    /// <summary>The cluster was formed twice: bounded counters may have been granted twice. Unhealthy.</summary>
    FormedTwice = 35,

    /// <summary>
    /// An object's validator refused changes that a peer wrote, or does not return. Degraded. Reported at once, until two
    /// minutes have passed without a refused change.
    /// </summary>
    ChangeRefused = 36,
}
