using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Logging;
using PeerReplica.AspNetCore.Hosting;

namespace PeerReplica.AspNetCore.OutputCaching;

/// <summary>
/// Responses in the replica. Thread-safe.
/// <list type="number">
/// <item>Each tag has a generation, absent at first. Evicting a tag is one write: a new random generation.</item>
/// <item>A response carries the generations of its tags at the time at which it was stored. It is valid while each is the tag's, or the tag has none. So an eviction takes
/// effect for all responses at once, also for those that other instances store before they hear of it, and no clock is compared.</item>
/// <item>A generation outlives every response that carries an older one.</item>
/// </list>
/// </summary>
internal sealed class ReplicatedOutputCacheStore(IPeerReplica replica, PeerReplicaOutputCacheOptions options, TimeProvider time, ILogger<ReplicatedOutputCacheStore> logger)
    : IOutputCacheBufferStore
{
    public const string MapName = "peerreplica.output";
    public const string TagsName = "peerreplica.output.tags";

    private static readonly TimeSpan s_betweenWarnings = TimeSpan.FromMinutes(1);

    private readonly IReplicatedMap<string, byte[]> _responses = replica.GetMap<string, byte[]>(MapName);
    private readonly IReplicatedMap<string, string> _generations = replica.GetMap<string, string>(TagsName);
    private long _warnedAt;

    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tag);
        cancellationToken.ThrowIfCancellationRequested();
        var name = KeyText.Of(tag);
        _generations.Set(name, Guid.NewGuid().ToString("N"), options.MaxLifetime + TimeSpan.FromHours(1));

        // They are invalid already; removing them frees memory.
        foreach (var (key, bytes) in _responses)
        {
            if (CachedResponse.TryDecode(bytes, out var response) && response.Tags.Any(t => t.Tag == name)) _responses.Remove(key);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<byte[]?>(TryGet(key, out var body) ? body.ToArray() : null);
    }

    public async ValueTask<bool> TryGetAsync(string key, PipeWriter destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        cancellationToken.ThrowIfCancellationRequested();
        if (!TryGet(key, out var body)) return false;
        await destination.WriteAsync(body, cancellationToken).ConfigureAwait(false);
        return true;
    }

    public ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(value);
        return SetAsync(key, new ReadOnlySequence<byte>(value), tags, validFor, cancellationToken);
    }

    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, ReadOnlyMemory<string> tags, TimeSpan validFor, CancellationToken cancellationToken)
    {
        var name = KeyText.Of(key);
        cancellationToken.ThrowIfCancellationRequested();
        if (validFor <= TimeSpan.Zero)
        {
            _responses.Remove(name);
            return ValueTask.CompletedTask;
        }

        var generations = new List<(string, string)>(tags.Length);
        foreach (var tag in tags.Span.ToArray().Where(t => t is not null).Select(KeyText.Of).Distinct(StringComparer.Ordinal)) generations.Add((tag, GenerationOf(tag)));
        Store(name, CachedResponse.Encode(generations, value), validFor < options.MaxLifetime ? validFor : options.MaxLifetime);
        return ValueTask.CompletedTask;
    }

    private bool TryGet(string key, out ReadOnlyMemory<byte> body)
    {
        body = default;
        var name = KeyText.Of(key);
        if (!_responses.TryPeek(name, out var bytes) || !CachedResponse.TryDecode(bytes, out var response)) return false;
        if (!response.Tags.All(t => GenerationOf(t.Tag) is "" || GenerationOf(t.Tag) == t.Generation)) return false;
        body = response.Body;
        return true;
    }

    /// <summary>A response that cannot be cached is served all the same.</summary>
    private void Store(string name, byte[] bytes, TimeSpan validFor)
    {
        try
        {
            _responses.Set(name, bytes, validFor);
        }
        catch (Exception e) when (e is ArgumentException or PeerReplicaException)
        {
            var last = Interlocked.Read(ref _warnedAt);
            var now = time.GetTimestamp();
            if ((last == 0 || time.GetElapsedTime(last, now) > s_betweenWarnings) && Interlocked.CompareExchange(ref _warnedAt, now, last) == last)
                Log.ResponseNotCached(logger, bytes.Length, e);
        }
    }

    private string GenerationOf(string tag) => _generations.TryPeek(tag, out var generation) ? generation : "";
}
