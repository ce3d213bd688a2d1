namespace PeerReplica.Hosting;

/// <summary>Identifies a condition: its reason, and the replica or the name that it is about.</summary>
internal readonly record struct HealthKey(ReplicaHealthReason Reason, ReplicaId Id, string? Name)
{
    public bool Equals(HealthKey other) => Reason == other.Reason && Id == other.Id && string.Equals(Name, other.Name, StringComparison.Ordinal);

    /// <summary>By hand: the generated one boxes the enum.</summary>
    public override int GetHashCode() => HashCode.Combine((int)Reason, Id, Name);
}
