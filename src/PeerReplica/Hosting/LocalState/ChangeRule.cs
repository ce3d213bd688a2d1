namespace PeerReplica.Hosting.LocalState;

/// <summary>What an app has to say about the changes of an object.</summary>
/// <param name="Validate">The app's validator: foreign code, which may throw, take any time and call the library.</param>
/// <param name="Timeout">How long it may take for a change that arrived.</param>
internal sealed record ChangeRule<TKey, TValue>(
    Func<ReplicatedChange<TKey, TValue>, ChangeVerdict> Validate, TimeSpan Timeout)
    where TKey : notnull
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    /// <summary>What options say; null where everything is accepted.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is out of its range.</exception>
    public static ChangeRule<TKey, TValue>? Of(
        string name, Func<ReplicatedChange<TKey, TValue>, ChangeVerdict>? validate, TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero || timeout > s_longest)
        {
            throw new ArgumentOutOfRangeException(
                nameof(timeout), timeout,
                $"'{name}': ValidationTimeout is {timeout}; it must be above zero and at most {s_longest.TotalMinutes:0} min.");
        }

        return validate is null ? null : new(validate, timeout);
    }
}
