using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PeerReplica.AspNetCore.Hosting;

namespace PeerReplica.AspNetCore.Sessions;

/// <summary>
/// A session as one request sees it: what was stored when the request first looked, and what the request changed. Only changed keys are
/// written at the end, merged with what others wrote meanwhile. Like the framework's, not thread-safe.
/// </summary>
internal sealed class ReplicatedSession(
    IReplicatedMap<string, byte[]> map, string sessionKey, TimeSpan idleTimeout, Func<bool> tryEstablish, TimeProvider time, ILogger logger) : ISession
{
    private const int MaxNameLength = ushort.MaxValue;

    private readonly string _key = KeyText.Of(sessionKey);
    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]?> _changes = new(StringComparer.Ordinal);
    private string? _id;
    private bool _isLoaded;
    private bool _isAvailable;

    public bool IsAvailable
    {
        get
        {
            Load();
            return _isAvailable;
        }
    }

    /// <summary>Made of the session's key, so that instances that create a session at the same time give it one id; the key cannot be found from it.</summary>
    public string Id => _id ??= new Guid(SHA256.HashData(Encoding.UTF8.GetBytes("id of " + sessionKey)).AsSpan(0, 16)).ToString();

    public IEnumerable<string> Keys
    {
        get
        {
            Load();
            return [.. _values.Keys];
        }
    }

    public bool TryGetValue(string key, [NotNullWhen(true)] out byte[]? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        Load();
        return _values.TryGetValue(key, out value);
    }

    public void Set(string key, byte[] value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        if (!IsAvailable) return;
        if (key.Length > MaxNameLength) throw new ArgumentOutOfRangeException(nameof(key), key.Length, $"A session key has at most {MaxNameLength:N0} characters.");
        if (!tryEstablish()) throw new InvalidOperationException("The session cannot be established after the response has started.");
        byte[] copy = [.. value];
        _values[key] = copy;
        _changes[key] = copy;
    }

    public void Remove(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Load();
        if (_values.Remove(key)) _changes[key] = null;
    }

    public void Clear()
    {
        Load();
        foreach (var key in _values.Keys) _changes[key] = null;
        _values.Clear();
    }

    public Task LoadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_isLoaded) Read();
        return Task.CompletedTask;
    }

    public Task CommitAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!IsAvailable)
        {
            Log.SessionNotCommitted(logger);
            return Task.CompletedTask;
        }

        if (_changes.Count == 0) map.Touch(_key);
        else map.Update(_key, Changed, new EntryExpiration { Sliding = idleTimeout });
        _changes.Clear();
        return Task.CompletedTask;
    }

    /// <summary>A session that cannot be read is empty, and is not written: the request goes on without it.</summary>
    private void Load()
    {
        if (_isLoaded) return;
        try
        {
            Read();
        }
        catch (Exception e) when (e is FormatException or PeerReplicaException)
        {
            _isLoaded = true;
            Log.SessionUnreadable(logger, e);
        }
    }

    private void Read()
    {
        var stored = map.GetAll(_key);
        foreach (var (name, value) in SessionFields.Merge(stored).Values) _values[name] = value;
        (_isLoaded, _isAvailable) = (true, true);
        if (stored.Count > 1 && stored.Skip(1).Any(s => !s.AsSpan().SequenceEqual(stored[0]))) Repair();
    }

    /// <summary>Makes one value of several that instances wrote at the same time: only one of them lives on with the session's use.</summary>
    private void Repair()
    {
        try
        {
            map.Update(_key, values => values.Count > 1 ? SessionFields.Merge(values).Encode() : null, new EntryExpiration { Sliding = idleTimeout });
        }
        catch (PeerReplicaException)
        {
            // The replica is stopping, or the sessions are full: others repair it.
        }
    }

    private byte[] Changed(IReadOnlyList<byte[]> stored)
    {
        var fields = SessionFields.Merge(stored);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var stamp = Math.Max(now, fields.LastStamp + 1);
        foreach (var (name, value) in _changes) fields.Set(name, new SessionField(stamp, value));
        fields.ForgetRemovals(now - (long)idleTimeout.TotalMilliseconds);
        return fields.Encode();
    }
}
