using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;
using PeerReplica.AspNetCore.Hosting;

namespace PeerReplica.AspNetCore.Caching;

/// <summary>A distributed cache in the replica. Reads and writes are local; the asynchronous forms complete at once. Thread-safe.</summary>
internal sealed class ReplicatedCache(IPeerReplica replica, string map, PeerReplicaDistributedCacheOptions options, TimeProvider time) : IBufferDistributedCache
{
    /// <summary>The map of the cache without a service key; those with one add the key to the name.</summary>
    public const string MapName = "peerreplica.cache";

    private readonly IReplicatedMap<string, byte[]> _map = replica.GetMap<string, byte[]>(map);

    /// <summary>A copy: the map's own array is shared by all readers.</summary>
    public byte[]? Get(string key) => _map.TryGetValue(KeyText.Of(key), out var value) ? [.. value] : null;

    public bool TryGet(string key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (!_map.TryGetValue(KeyText.Of(key), out var value)) return false;
        destination.Write(value);
        return true;
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        _map.Set(KeyText.Of(key), value, ExpirationOf(options));
    }

    public void Set(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(key);
        _map.Set(KeyText.Of(key), value.ToArray(), ExpirationOf(options));
    }

    public void Refresh(string key) => _map.Touch(KeyText.Of(key));

    public void Remove(string key) => _map.Remove(KeyText.Of(key));

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        token.ThrowIfCancellationRequested();
        return Task.FromResult(Get(key));
    }

    public ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token = default)
    {
        token.ThrowIfCancellationRequested();
        return new ValueTask<bool>(TryGet(key, destination));
    }

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        token.ThrowIfCancellationRequested();
        Set(key, value, options);
        return Task.CompletedTask;
    }

    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        token.ThrowIfCancellationRequested();
        Set(key, value, options);
        return ValueTask.CompletedTask;
    }

    public Task RefreshAsync(string key, CancellationToken token = default)
    {
        token.ThrowIfCancellationRequested();
        Refresh(key);
        return Task.CompletedTask;
    }

    public Task RemoveAsync(string key, CancellationToken token = default)
    {
        token.ThrowIfCancellationRequested();
        Remove(key);
        return Task.CompletedTask;
    }

    private EntryExpiration ExpirationOf(DistributedCacheEntryOptions entry) => CacheExpiration.Of(entry, time.GetUtcNow(), options.DefaultSlidingExpiration);
}
