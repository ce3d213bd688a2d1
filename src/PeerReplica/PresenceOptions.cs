namespace PeerReplica;

/// <summary>Which values an <see cref="IPresence{T}"/> accepts.</summary>
/// <typeparam name="T">The values' type.</typeparam>
public sealed class PresenceOptions<T>
{
    /// <summary>
    /// Says of each value that a replica shows whether it is accepted. A write of this instance that is refused throws
    /// <see cref="ChangeRefusedException"/>; a refused change of a peer is replicated like any other, and readers here do not
    /// see it. Default: <see langword="null"/>, everything is accepted, at no cost.
    /// </summary>
    /// <remarks>
    /// Must be deterministic: the answer follows from the change alone, and not from the time, from what is stored, or from the
    /// replica that asks. Every instance should set the same one. Otherwise replicas still become equal in what they hold, and
    /// differ in what their readers see. It is called by several threads at once, outside all locks: on the writer's thread for
    /// local writes, and once for each change that arrives, a full state's included. It may call the replica. If it throws, the
    /// change is refused. Removals are not asked about. See <c>docs/how-to/validate-changes.md</c>.
    /// </remarks>
    public Func<ReplicatedChange<ReplicaId, T>, ChangeVerdict>? Validate { get; set; }

    /// <summary>
    /// How long <see cref="Validate"/> may take for a change that arrived; above zero, at most 1 min. Default: 1 s. A change
    /// without an answer in time is reported, and readers do not see it until the answer comes. Raise it only for a validator
    /// that computes for long.
    /// </summary>
    public TimeSpan ValidationTimeout { get; set; } = TimeSpan.FromSeconds(1);
}
