namespace PeerReplica.Hosting;

/// <summary>One option as configuration sets it.</summary>
/// <param name="Name">Its name, which is its key.</param>
/// <param name="Kind">The form of its value.</param>
/// <param name="Set">Sets it from a value of that form: string, bool, long or <see cref="TimeSpan"/>; of a list, from one element.</param>
/// <param name="Get">Its value as text, for the log.</param>
internal sealed record Setting(string Name, SettingKind Kind, Action<PeerReplicaOptions, object> Set, Func<PeerReplicaOptions, string?> Get)
{
    /// <summary>Whether its value must not be shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The least and the greatest number; bounds of durations are the validator's.</summary>
    public (long Least, long Most) Range { get; init; } = (long.MinValue, long.MaxValue);
}
