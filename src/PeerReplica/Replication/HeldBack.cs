using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>
/// The origins whose changes this replica refuses on one link for now: a change carries a time too far ahead, a key or value is over a limit, or the sender
/// has made too many replicas known.
/// <list type="number">
/// <item>The changes of every other origin in the same transfer are applied.</item>
/// <item>Nothing of a held origin is applied and its vector entry does not rise: the vector would claim a change that is not here.</item>
/// <item>The sender is asked to offer the changes again after 1 s, doubling to 64 s.</item>
/// </list>
/// </summary>
internal sealed class HeldBack
{
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);
    private const int MaxDoublings = 6;

    private readonly Dictionary<ReplicaId, DeltaVerdict> _origins = [];

    /// <summary>What the transfer that is being judged holds back.</summary>
    private readonly Dictionary<ReplicaId, DeltaVerdict> _found = [];
    private readonly Queue<ReplicaId> _news = new();

    /// <summary>Origins whose changes came before they showed them, or without a proof: mostly they bring them themselves in a moment.</summary>
    private readonly Queue<ReplicaId> _unshown = new();
    private int _failures;

    public bool IsEmpty => _origins.Count == 0;

    public int Count => _origins.Count;

    public IEnumerable<ReplicaId> Origins => _origins.Keys;

    /// <summary>When the sender is to be asked again; never while nothing is held back.</summary>
    public Instant RetryAt { get; private set; } = Instant.Never;

    public bool Contains(ReplicaId origin) => _origins.Count > 0 && _origins.ContainsKey(origin);

    /// <summary>Whether an origin's changes are refused by a limit, and not only until the origin shows them.</summary>
    public bool IsRefused(ReplicaId origin) => TryGet(origin, out var verdict) && verdict != DeltaVerdict.Unshown;

    public bool TryGet(ReplicaId origin, out DeltaVerdict verdict) => _origins.TryGetValue(origin, out verdict);

    public void BeginTransfer() => _found.Clear();

    /// <summary>The transfer holds changes of an origin that are refused.</summary>
    public void Find(ReplicaId origin, DeltaVerdict verdict) => _found.TryAdd(origin, verdict);

    /// <summary>Ends the judging of a transfer: what it held of an origin is now refused, or acceptable again.</summary>
    /// <param name="offered">The origins that the transfer held changes of.</param>
    public void EndTransfer(Dictionary<ReplicaId, ulong>.KeyCollection offered)
    {
        if (_found.Count == 0 && _origins.Count == 0) return;
        foreach (var origin in offered)
        {
            if (!_found.ContainsKey(origin)) _origins.Remove(origin);
        }

        foreach (var (origin, verdict) in _found)
        {
            // Of some there may be thousands: they are reported together.
            var isNew = _origins.TryAdd(origin, verdict);
            if (!isNew) _origins[origin] = verdict;
            else if (verdict is DeltaVerdict.Unshown or DeltaVerdict.Unproven) _unshown.Enqueue(origin);
            else if (verdict != DeltaVerdict.TooManyOrigins) _news.Enqueue(origin);
        }

        ResetIfEmpty();
    }

    /// <summary>An origin that is held back since the last call, if there is one.</summary>
    public bool TryTakeNews(out ReplicaId origin, out DeltaVerdict verdict)
    {
        (origin, verdict) = (default, default);
        while (_news.TryDequeue(out origin))
        {
            if (_origins.TryGetValue(origin, out verdict)) return true;
        }

        return false;
    }

    /// <summary>The origins that have still not shown or proved what was held back for that, each once.</summary>
    public IEnumerable<(ReplicaId Origin, DeltaVerdict Verdict)> TakeUnshown()
    {
        while (_unshown.TryDequeue(out var origin))
        {
            if (_origins.TryGetValue(origin, out var verdict) && verdict is DeltaVerdict.Unshown or DeltaVerdict.Unproven) yield return (origin, verdict);
        }
    }

    /// <summary>Drops an origin whose changes came to be here by another link.</summary>
    public void Release(ReplicaId origin)
    {
        _origins.Remove(origin);
        ResetIfEmpty();
    }

    /// <summary>Sets the time of the next attempt, each later than the one before.</summary>
    public void Postpone(Instant now)
    {
        RetryAt = now + (s_first * (1 << Math.Min(_failures, MaxDoublings)));
        if (_failures < MaxDoublings) _failures++;
    }

    private void ResetIfEmpty()
    {
        if (_origins.Count > 0) return;
        _failures = 0;
        RetryAt = Instant.Never;
    }
}
