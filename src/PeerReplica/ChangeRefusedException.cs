namespace PeerReplica;

/// <summary>
/// The object's validator refused a write of this replica. Nothing was written, and no peer hears of it. Write a value that
/// the validator accepts, or correct the validator at every instance.
/// </summary>
public sealed class ChangeRefusedException : PeerReplicaException
{
    internal ChangeRefusedException(string objectName, object? key, string reason, string message, Exception? inner)
        : base(message, inner) => (ObjectName, Key, Reason) = (objectName, key, reason);

    /// <summary>The object's name.</summary>
    public string ObjectName { get; }

    /// <summary>The key of the map or presence, or the item of the set; <see langword="null"/> for a register.</summary>
    public object? Key { get; }

    /// <summary>What the validator said, or which exception it threw; that one is the <see cref="Exception.InnerException"/>.</summary>
    public string Reason { get; }
}
