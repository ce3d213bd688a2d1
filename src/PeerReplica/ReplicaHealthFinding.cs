namespace PeerReplica;

/// <summary>One reason why a replica is not healthy.</summary>
/// <param name="Reason">The stable code.</param>
/// <param name="Status">How grave the finding is; fixed for each reason. Never <see cref="ReplicaHealthStatus.Healthy"/>.</param>
/// <param name="BlocksReadiness">Whether the app should not be given work while the finding lasts; fixed for each reason.</param>
/// <param name="Subject">What the finding is about: a seed, a node name, an address, an object's name, or this replica's own node name.</param>
/// <param name="Message">What happened, in a sentence.</param>
/// <param name="Remedy">What the operator can do, in a sentence.</param>
public sealed record ReplicaHealthFinding(
    ReplicaHealthReason Reason, ReplicaHealthStatus Status, bool BlocksReadiness, string Subject, string Message, string Remedy);
