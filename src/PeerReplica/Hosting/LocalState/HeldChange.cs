namespace PeerReplica.Hosting.LocalState;

/// <summary>A change that arrived and is held back from readers until the validator has answered.</summary>
/// <param name="entry">The entry.</param>
/// <param name="record">A copy of the change's record: what the entry holds may change meanwhile.</param>
/// <param name="origin">The replica that wrote it.</param>
internal sealed class HeldChange<TKey, TValue>(KeyedEntry<TKey, TValue> entry, ValueRecord<TValue> record, ReplicaId origin)
    where TKey : notnull
{
    public KeyedEntry<TKey, TValue> Entry => entry;

    public ValueRecord<TValue> Record => record;

    public ReplicaId Origin => origin;

    /// <summary>The validator's answer, once there is one.</summary>
    public ChangeVerdict Verdict { get; set; }

    /// <summary>What the validator threw, if it did.</summary>
    public Exception? Failure { get; set; }
}
