namespace PeerReplica.Crdts;

/// <summary>
/// What makes two replicas' objects the same object: name, kind, and how keys are encoded. Replicas that register a name differently hold two
/// different objects under it, and neither damages the other.
/// </summary>
/// <param name="Name">The registered name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="KeyEncoding">The name of the key codec; empty where there is one key only.</param>
internal sealed record ObjectIdentity(string Name, ObjectKind Kind, string KeyEncoding);
