namespace PeerReplica.Hosting.LocalState;

/// <summary>What a watcher took.</summary>
/// <param name="Overflowed">More keys changed than could be kept, and none is given.</param>
/// <param name="HasUnreadableKeys">Some keys that changed cannot be read here.</param>
/// <param name="Keys">The keys that changed.</param>
internal readonly record struct WatchedChanges<TKey>(bool Overflowed, bool HasUnreadableKeys, IReadOnlyCollection<TKey> Keys);
