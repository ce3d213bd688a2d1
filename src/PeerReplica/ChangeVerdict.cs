namespace PeerReplica;

/// <summary>What a validator says of a change. The default value accepts.</summary>
public readonly record struct ChangeVerdict
{
    private ChangeVerdict(string reason) => Reason = reason;

    /// <summary>The change is accepted.</summary>
    public static ChangeVerdict Accepted => default;

    /// <summary>Whether the change is accepted.</summary>
    public bool IsAccepted => Reason is null;

    /// <summary>Why the change is refused; <see langword="null"/> if it is accepted.</summary>
    public string? Reason { get; }

    /// <summary>The change is refused.</summary>
    /// <param name="reason">
    /// Why, in a sentence for operators. It is logged, shown in health and part of <see cref="ChangeRefusedException"/>; the
    /// first 256 characters are kept. Leave out what must not be logged.
    /// </param>
    /// <exception cref="ArgumentException">The reason is empty.</exception>
    public static ChangeVerdict Refused(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return new(reason);
    }
}
