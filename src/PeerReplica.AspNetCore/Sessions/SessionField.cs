namespace PeerReplica.AspNetCore.Sessions;

/// <summary>One key of a session: its last write.</summary>
/// <param name="Stamp">Greater than that of every write that the writer had seen; the milliseconds of the writer's clock, if they are greater.</param>
/// <param name="Value">The value; <see langword="null"/>: removed.</param>
internal readonly record struct SessionField(long Stamp, byte[]? Value)
{
    /// <summary>Whether this write wins over another of the same key. Two instances always decide alike.</summary>
    public bool Supersedes(in SessionField other)
    {
        if (Stamp != other.Stamp) return Stamp > other.Stamp;
        if (Value is null || other.Value is null) return Value is not null && other.Value is null;
        return Value.AsSpan().SequenceCompareTo(other.Value) > 0;
    }
}
