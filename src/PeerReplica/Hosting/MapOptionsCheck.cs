using PeerReplica.Hosting.Handles;

namespace PeerReplica.Hosting;

/// <summary>Validates a map's options where they are registered.</summary>
internal static class MapOptionsCheck
{
    /// <summary>Whether an entry can live for so long; <see langword="null"/> says nothing.</summary>
    public static bool IsDuration(TimeSpan? duration) => ExpirationDefaults.IsValid(duration);

    /// <exception cref="ArgumentException">An option is out of its range, or options contradict each other.</exception>
    public static void Validate(string name, MapOptions options)
    {
        foreach (var (option, value) in new[] { (nameof(MapOptions.TimeToLive), options.TimeToLive), (nameof(MapOptions.SlidingExpiration), options.SlidingExpiration) })
        {
            if (!IsDuration(value))
                throw new ArgumentOutOfRangeException(nameof(options), value, $"'{name}': {option} is {value}; it must be positive, or Timeout.InfiniteTimeSpan.");
        }

        foreach (var (option, value) in new[] { (nameof(MapOptions.MaxEntries), options.MaxEntries), (nameof(MapOptions.MaxBytes), options.MaxBytes) })
        {
            if (value < 1)
                throw new ArgumentOutOfRangeException(nameof(options), value, $"'{name}': {option} is {value:N0}; it must be at least 1. Leave it out for no limit.");
        }

        if (!Enum.IsDefined(options.Eviction))
            throw new ArgumentOutOfRangeException(nameof(options), options.Eviction, $"'{name}': {nameof(MapOptions.Eviction)} is {options.Eviction}, which is no eviction policy.");
        if (options is { Eviction: not MapEviction.None, MaxEntries: null, MaxBytes: null })
        {
            throw new ArgumentException(
                $"'{name}': {nameof(MapOptions.Eviction)} is {options.Eviction}, but there is no limit to evict at. Set {nameof(MapOptions.MaxEntries)} or {nameof(MapOptions.MaxBytes)}.",
                nameof(options));
        }
    }
}
