using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PeerReplica.DependencyInjection;

namespace PeerReplica.AspNetCore.NodeReports;

/// <summary>Publishes this instance's report: seldom while nobody looks, often while somebody looks at any instance.</summary>
internal sealed class NodeReporter : BackgroundService
{
    private const int MaxFindings = 8;
    private const int PeersAtFullPace = 16;
    private static readonly TimeSpan s_longestPropagation = TimeSpan.FromSeconds(5);

    private readonly IPeerReplica _replica;
    private readonly IServiceProvider _services;
    private readonly NodeReportOptions _options;
    private readonly ReplicaCounters _counters;
    private readonly WatchInterest _interest;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly IPresence<NodeReport> _reports;
    private readonly ProcessReadings _process = new();
    private readonly HashSet<string> _failed = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _wake = new(0, 1);
    private bool _isWatched;
    private long _number;
    private double? _propagation;

    public NodeReporter(
        IPeerReplica replica, IServiceProvider services, IOptions<NodeReportOptions> options, ReplicaCounters counters, WatchInterest interest, ILogger<NodeReporter> logger,
        [FromKeyedServices(PeerReplicaKeys.TimeProvider)] TimeProvider? time = null)
    {
        (_replica, _services, _options, _counters, _interest, _logger) = (replica, services, options.Value, counters, interest, logger);
        _time = time ?? TimeProvider.System;
        _reports = replica.GetPresence<NodeReport>(NodeReport.ObjectName);
        interest.Changed += Wake;
    }

    public override void Dispose()
    {
        _interest.Changed -= Wake;
        base.Dispose();
        _wake.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var follow = FollowAsync(stoppingToken);
        try
        {
            while (true)
            {
                _isWatched = IsWatchedIn(_reports.Values);
                Publish();
                if (_isWatched) await MeasurePropagationAsync(stoppingToken).ConfigureAwait(false);
                await SleepAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ReplicaNotRunningException)
        {
            // The app stops, or the replica has ended: there is nobody to report to.
        }

        await follow.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Wakes the reporter when the first dashboard of the cluster is opened, or the last is closed.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        await foreach (var reports in _reports.WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            if (IsWatchedIn(reports) != _isWatched) Wake();
        }
    }

    private void Wake()
    {
        try
        {
            if (_wake.CurrentCount == 0) _wake.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // Somebody else woke it, or there is nothing to wake any more.
        }
    }

    private async Task SleepAsync(CancellationToken cancellationToken)
    {
        var pace = _isWatched ? _options.WatchedInterval * Math.Max(1, _replica.Peers.Count / (double)PeersAtFullPace) : _options.Interval;
        using var due = new CancellationTokenSource(pace, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancellationToken);
        await _wake.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private bool IsWatchedIn(IReadOnlyDictionary<ReplicaId, NodeReport> reports) =>
        _interest.IsWatching || reports.Any(r => r.Key != _replica.Self.Id && r.Value.IsWatching);

    private void Publish()
    {
        try
        {
            _reports.Set(Compose());
        }
        catch (Exception e) when (e is ArgumentException or ReplicaSerializationException)
        {
            Log.ReportNotPublished(_logger, e);
        }
    }

    /// <summary>How long a write takes to every peer that can be reached, and its confirmation back. On one clock, so that no two clocks are compared.</summary>
    private async Task MeasurePropagationAsync(CancellationToken cancellationToken)
    {
        var reachable = _replica.Peers.Count(p => p.State == PeerState.Up);
        _propagation = null;
        if (reachable == 0) return;
        var began = _time.GetTimestamp();
        try
        {
            await _replica.FlushAsync(WriteConcern.Peers(reachable).WithTimeout(s_longestPropagation), cancellationToken).ConfigureAwait(false);
            _propagation = _time.GetElapsedTime(began).TotalSeconds;
        }
        catch (WriteConcernException)
        {
            // A peer went away meanwhile. The next report says so.
        }
    }

    private NodeReport Compose()
    {
        var peers = _replica.Peers;
        var health = _replica.Health;
        return _process.AddTo(new NodeReport
        {
            Number = ++_number,
            IsReady = health.IsReady,
            Health = health.Status,
            Findings = [.. health.Findings.Select(f => f.Reason).Distinct().Take(MaxFindings)],
            Peers = peers.Count,
            Links =
            [
                .. peers.OrderBy(p => p.State == PeerState.Up ? 1 : 0).ThenByDescending(p => p.Behind).Take(_options.MaxLinks)
                    .Select(p => new NodeLink(p.Id.ToString(), StateOf(p), p.RoundTrip?.TotalSeconds, p.Behind)),
            ],
            Totals = _counters.Read(),
            PropagationSeconds = _propagation,
            Values = [.. _options.Sources.Select(ReadValue).OfType<NodeValue>()],
            IsWatching = _interest.IsWatching,
        });
    }

    /// <summary>Instances of an earlier version read the reports, and know no other states.</summary>
    private static PeerState StateOf(PeerInfo peer) =>
        peer.State is PeerState.Up or PeerState.Gone ? peer.State : PeerState.Unreachable;

    private NodeValue? ReadValue(NodeValueSource source)
    {
        try
        {
            var value = source.Read(_services);
            _failed.Remove(source.Name);
            return value;
        }
#pragma warning disable CA1031 // The app's own code: whatever it throws, the rest of the report is published.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (_failed.Add(source.Name)) Log.NodeValueFailed(_logger, source.Name, e);
            return null;
        }
    }
}
