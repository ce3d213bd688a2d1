using System.Diagnostics.CodeAnalysis;
using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Hosting.Handles;

/// <summary>
/// The writes of a map that depend on what the key holds. Each looks at the entry, and writes only if the entry is still at the version
/// that it looked at; otherwise it begins again. Foreign code runs without a lock.
/// </summary>
internal sealed class AtomicMapWrites<TKey, TValue>(KeyedObject<TKey, TValue> inner, ExpirationDefaults expiry)
    where TKey : notnull
{
    public bool TryAdd(TKey key, TValue value, in EntryExpiration expiration, string parameter)
    {
        inner.LocalState.ThrowIfClosed();
        var write = NewWrite(value, expiration, parameter);
        while (true)
        {
            var entry = inner.Lookup(key);
            var version = 0;
            if (entry is not null && entry.IsSeen(entry.Look(out version))) return false;
            if (inner.TryReplace(key, entry, version, write)) return true;
        }
    }

    public TValue GetOrAdd<TArgument>(TKey key, Func<TKey, TArgument, TValue> factory, TArgument argument, in EntryExpiration expiration, string parameter)
    {
        inner.LocalState.ThrowIfClosed();
        var (added, write, isMade) = (default(TValue)!, default(LocalWrite<TValue>), false);
        while (true)
        {
            var entry = inner.Lookup(key);
            var version = 0;
            if (entry is not null && TryGetAt(entry, out var value, out version))
            {
                inner.Touches?.Use(entry);
                return value;
            }

            if (!isMade)
            {
                added = factory(key, argument);
                (write, isMade) = (NewWrite(added, expiration, parameter), true);
            }

            if (inner.TryReplace(key, entry, version, write)) return added;
        }
    }

    public TValue AddOrUpdate(TKey key, TValue addValue, Func<TKey, TValue, TValue> updateFactory, in EntryExpiration expiration, string parameter)
    {
        inner.LocalState.ThrowIfClosed();
        while (true)
        {
            var entry = inner.Lookup(key);
            var version = 0;
            var value = entry is not null && TryGetAt(entry, out var old, out version) ? updateFactory(key, old) : addValue;
            if (inner.TryReplace(key, entry, version, NewWrite(value, expiration, parameter))) return value;
        }
    }

    public bool TryRemove(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        inner.LocalState.ThrowIfClosed();
        while (true)
        {
            value = default;
            var entry = inner.Lookup(key);
            if (entry is null) return false;
            if (!TryGetAt(entry, out value, out var version))
            {
                inner.Validation?.RemoveRefused(entry);
                return false;
            }

            if (inner.TryRemove(key, entry, version)) return true;
        }
    }

    private static bool TryGetAt(KeyedEntry<TKey, TValue> entry, [MaybeNullWhen(false)] out TValue value, out int version)
    {
        while (true)
        {
            var snapshot = entry.Look(out version);
            var isSeen = entry.TryRead(snapshot, out value);
            if (entry.IsAt(version)) return isSeen;
        }
    }

    private LocalWrite<TValue> NewWrite(TValue value, in EntryExpiration expiration, string parameter) =>
        expiry.AddTo(inner.NewWrite(value), expiration, inner.LocalState, parameter);
}
