using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using PeerReplica.Diagnostics;
using PeerReplica.Replication;

namespace PeerReplica.Hosting;

/// <summary>What the app sees of the cluster.</summary>
internal sealed partial class ReplicaHost
{
    private readonly TaskCompletionSource _synced = new();
    private bool _syncedReported;
    private long[]? _syncedTurns;
    private readonly List<PeerWatcher> _peerWatchers = [];
    private readonly Dictionary<ReplicaId, PeerInfo> _peersSeen = [];

    /// <summary>Called on the loop when a member was forgotten, and when any peer's state changed.</summary>
    public event Action<ReplicaId, PeerState>? PeerStateChanged;

    public bool IsSynced => _synced.Task.IsCompletedSuccessfully;

    /// <summary>Returns once it is synchronized, also across the start; fails when it never will be.</summary>
    public Task WaitUntilSyncedAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_state is ReplicaState.Stopped or ReplicaState.Faulted) return Task.FromException(NotRunning());
        }

        return CancelableWait.ForAsync(_synced.Task, _environment.Schedule, cancellationToken);
    }

    public ReplicaInfo Self
    {
        get
        {
            lock (_gate)
            {
                if (_core is null) return new ReplicaInfo(_environment.Id, _options.NodeName ?? Environment.MachineName, _options.Listen);
                return _core.Describe();
            }
        }
    }

    public IReadOnlyList<PeerInfo> Peers
    {
        get
        {
            lock (_gate)
            {
                if (_core is null) return [];
                return [.. _core.Members.Select(m => InfoOf(_core, m)).OrderBy(p => p.NodeName, StringComparer.Ordinal).ThenBy(p => p.Id)];
            }
        }
    }

    /// <summary>Whether a replica is this one or a member that is linked, or was heard of through others lately.</summary>
    public bool IsPresent(ReplicaId id)
    {
        lock (_gate)
        {
            if (_core is null || id == _core.Self) return id == _environment.Id;
            return _core.IsPresent(id, Now);
        }
    }

    public string ContentHash()
    {
        lock (_gate)
        {
            if (_core is null) throw NotRunning();
            Step(static (_, _) => { }, drainAll: true);
            return _core.Store.AppHash.ToString("x16", CultureInfo.InvariantCulture);
        }
    }

    public async Task<string> GetContentHashAsync(CancellationToken cancellationToken)
    {
        await IsStartedWithinAsync(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
        return ContentHash();
    }

    public async IAsyncEnumerable<PeerEvent> WatchPeersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var watcher = new PeerWatcher(this);
        lock (_gate) _peerWatchers.Add(watcher);
        try
        {
            while (await watcher.TakeAsync(cancellationToken).ConfigureAwait(false) is { } changes)
            {
                foreach (var change in changes) yield return change;
            }
        }
        finally
        {
            lock (_gate) _peerWatchers.Remove(watcher);
        }
    }

    private void HandleNotification(ReplicaCore core, in CoreOutput output)
    {
        _isHealthDue = true;
        switch (output.Kind)
        {
            case CoreOutputKind.PeerChanged when ReplicaId.TryParse(output.Detail, out var id):
                PeerChanged(core, id);
                break;
            case CoreOutputKind.ContentMismatch:
                Metrics.ContentMismatched();
                Log.ContentMismatch(_logger, output.Detail!);
                NoteContentMismatch(output.Detail!);
                break;
            case CoreOutputKind.Forgotten when ReplicaId.TryParse(output.Detail, out var forgotten):
                Log.Forgotten(_logger, output.Detail!);
                PeerStateChanged?.Invoke(forgotten, PeerState.Gone);
                break;
            case CoreOutputKind.Quarantined:
                ReportQuarantine(core, output);
                break;
            case CoreOutputKind.Expelled or CoreOutputKind.Readmitted:
                ReportDecision(output.Detail!, output.Kind == CoreOutputKind.Expelled);
                break;
            case CoreOutputKind.DecisionIgnored:
                ReportIgnoredDecision(output.Detail!);
                break;
            case CoreOutputKind.LimitReached:
                Log.LimitReached(_logger, output.Detail!);
                break;
            case CoreOutputKind.NotDialed:
                // A peer can announce many: one warning an hour is enough to look.
                var isNews = _refusals.IsNews("advertised addresses", LinkVerdict.Denied, Now);
                Log.NotDialed(_logger, isNews ? LogLevel.Warning : LogLevel.Debug, output.Detail!);
                break;
            case CoreOutputKind.NotSynced:
                Log.NotSynced(_logger, output.Detail!);
                break;
            case CoreOutputKind.Synced:
                Log.Synced(_logger);
                break;
            default:
                break;
        }
    }

    private void PeerChanged(ReplicaCore core, ReplicaId id)
    {
        _peersSeen.TryGetValue(id, out var previous);
        var member = core.Members.FirstOrDefault(m => m.Id == id);
        if (member is null && previous is null) return;
        var info = member is not null ? InfoOf(core, member) : previous! with { State = PeerState.Gone, RoundTrip = null };
        if (member is null) _peersSeen.Remove(id);
        else _peersSeen[id] = info;
        if (previous?.State == info.State) return;
        Log.PeerChanged(_logger, info.NodeName, info.Address, info.State);
        Notify(new PeerEvent(info, previous?.State));
        PeerStateChanged?.Invoke(id, info.State);
    }

    private PeerInfo InfoOf(ReplicaCore core, Member member) => new(
        member.Id,
        member.NodeName,
        member.Address,
        StateOf(core, member),
        member.Link?.RoundTrips.Latest,
        core.Behind(member))
    {
        Identity = member.Identity,
    };
}
