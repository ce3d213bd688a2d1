using System.Runtime.CompilerServices;
using PeerReplica.Causality;
using PeerReplica.Replication;
using PeerReplica.Transport;

namespace PeerReplica.Hosting;

/// <summary>
/// The health report: looks at the core at most once in a heartbeat interval, and when a peer's state changed, when the app asks, or when a condition has lasted long enough.
/// </summary>
internal sealed partial class ReplicaHost
{
    /// <summary>For so long a refusal or a difference in content is reported after it happened last: above every wait between two attempts to connect.</summary>
    private static readonly TimeSpan s_eventLasts = TimeSpan.FromMinutes(2);

    private readonly HealthMonitor _health;
    private readonly HealthInspector _inspector;
    private Instant _healthAt;
    private bool _isHealthDue;

    /// <summary>How this replica does now.</summary>
    public ReplicaHealth Health
    {
        get
        {
            lock (_gate)
            {
                EvaluateHealth();
                return _health.Current;
            }
        }
    }

    /// <summary>How many findings of a reason the last evaluation had. Without the gate: for metrics.</summary>
    public int FindingsOf(ReplicaHealthReason reason) => _health.Count(reason);

    /// <summary>The present health, then each change; the latest only.</summary>
    public async IAsyncEnumerable<ReplicaHealth> WatchHealthAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ReplicaHealth? last = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task changed;
            ReplicaHealth current;
            lock (_gate)
            {
                EvaluateHealth();
                (changed, current) = (_health.Changed, _health.Current);
            }

            if (current != last) yield return last = current;
            if (_state is ReplicaState.Stopped or ReplicaState.Faulted) yield break;
            await CancelableWait.ForAsync(changed, _environment.Schedule, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a step: evaluates when it is time. Returns when a step is needed for the next evaluation.</summary>
    private Instant TendHealth(Instant now)
    {
        if (_isHealthDue || now >= _healthAt || now >= _health.WakeAt) EvaluateHealth();
        return _health.WakeAt;
    }

    private void EvaluateHealth()
    {
        var now = Now;
        _isHealthDue = false;
        _healthAt = now + _options.HeartbeatInterval;
        _health.Begin(now);
        if (LifeReason() is { } reason) ReportLife(reason);
        else _inspector.Look(_core!, Registered, _syncedReported || Validations.Count == 0, now);
        if (_core is { Escrow.IsActive: true }) ReportEscrowHealth(_core);
        if (Validations.Count > 0) ReportValidationHealth(now);
        _health.End();
    }

    private ReplicaHealthReason? LifeReason() => _state switch
    {
        ReplicaState.Created or ReplicaState.Starting => ReplicaHealthReason.NotStarted,
        ReplicaState.Stopping => ReplicaHealthReason.Stopping,
        ReplicaState.Stopped => ReplicaHealthReason.Stopped,
        ReplicaState.Faulted => ReplicaHealthReason.Faulted,
        _ => null,
    };

    private void ReportLife(ReplicaHealthReason reason)
    {
        if (_health.Observe(new(reason, default, null)) is not { } condition) return;
        var name = _core?.Describe().NodeName ?? _options.NodeName ?? Environment.MachineName;
        var (message, remedy) = reason switch
        {
            ReplicaHealthReason.NotStarted => ("The replica has not been started.", "Start the host; if it is starting, wait."),
            ReplicaHealthReason.Stopping => ("The replica is stopping and hands over its last changes.", "Give new work to other instances."),
            ReplicaHealthReason.Stopped => ("The replica was stopped.", "Start a new process to take part again."),
            _ when _core is null => ($"The replica failed to start: {_fault?.Message}", "Remove the cause, and start a new process."),
            _ => ($"A broken invariant stopped the replica: {_fault?.Message}. Its state can be read and is no longer replicated.", "Restart the process, and report the log."),
        };
        _health.Describe(condition, reason, name, message, remedy);
    }

    private void ReportEscrowHealth(ReplicaCore core)
    {
        var name = core.Describe().NodeName;
        if (_isClosedReported && _health.Observe(new(ReplicaHealthReason.AccountClosed, default, null)) is { } closed)
        {
            _health.Describe(closed, ReplicaHealthReason.AccountClosed, name,
                "Peers declared this replica dead and closed its accounts: it can take nothing from bounded counters and pools.", "Restart the process.");
        }

        if (_isTwiceReported && _health.Observe(new(ReplicaHealthReason.FormedTwice, default, null)) is { } twice)
        {
            _health.Describe(twice, ReplicaHealthReason.FormedTwice, name,
                "The cluster was formed twice: bounded counters may have been granted twice.", "Stop the smaller part, set ExpectedReplicas, and start it again.");
        }

        foreach (var oversold in _oversoldReported)
        {
            if (_health.Observe(new(ReplicaHealthReason.Oversold, default, oversold)) is not { } condition) continue;
            _health.Describe(condition, ReplicaHealthReason.Oversold, oversold,
                $"More was taken from '{oversold}' than was granted.", "Look for log event 14, compare the app's own records, and correct the sales.");
        }

        foreach (var (escrow, since) in _unbalancedSince)
        {
            if (since != Instant.Never || _health.Observe(new(ReplicaHealthReason.AccountsUnbalanced, default, escrow.Identity.Name)) is not { } condition) continue;
            _health.Describe(condition, ReplicaHealthReason.AccountsUnbalanced, escrow.Identity.Name,
                $"The accounts of '{escrow.Identity.Name}' do not add up although a majority of the voters can be reached.", "Report log event 15 with the log.");
        }
    }

    /// <summary>A link was refused, by this replica or by the peer.</summary>
    private void NoteRefusal(string address, LinkVerdict verdict, string detail)
    {
        if (verdict is LinkVerdict.Silent or LinkVerdict.Quarantined or LinkVerdict.Expelled) return;
        if (detail == ReplicaCore.ExpelledThere)
        {
            NoteExpelledThere(address);
            return;
        }

        var isSkew = verdict == LinkVerdict.ClockSkew || detail == ReplicaCore.ClockSkewThere;
        var reason = isSkew ? ReplicaHealthReason.ClockSkew : ReplicaHealthReason.PeerRefused;

        // Without the port: a caller has another one each time.
        var subject = Addresses.TryParse(address, out var host, out _) ? host : address;
        _health.Happened(new(reason, default, subject), s_eventLasts, subject, $"The link with {subject} was refused: {detail}.", RemedyOf(verdict, isSkew), Now);
        _isHealthDue = true;
    }

    private void NoteContentMismatch(string nodeName) => _health.Happened(
        new(ReplicaHealthReason.ContentMismatch, default, nodeName), s_eventLasts, nodeName,
        $"The content of '{nodeName}' differs although both replicas hold the same changes; it is being repaired.", "Report it with the log.", Now);

    private static string RemedyOf(LinkVerdict verdict, bool isSkew) => verdict switch
    {
        _ when isSkew => "Synchronize the clocks of both machines (NTP), or raise MaxClockSkew. If both are right again, restart the replica whose clock was ahead, "
            + "unless it was ahead for less than can be waited for: its timestamps stay ahead until its clock has caught up, and a restart loses what it wrote meanwhile.",
        LinkVerdict.OtherCluster => "Set the same ClusterName on both sides, or remove the address from Seeds.",
        LinkVerdict.VersionMismatch => "Upgrade the older instance.",
        LinkVerdict.NotAuthenticated => "Set the same SharedSecret on all instances, or give each a certificate of an authority that all of them trust.",
        LinkVerdict.NotEncrypted => "Set the same SharedSecret, or certificates, on all instances, or remove the address from Seeds.",
        LinkVerdict.Denied => "Remove the peer from DeniedPeersFile or add it to AllowedNodes, if it is to take part.",
        LinkVerdict.OtherIdentity => "Set NodeName to the name in the instance's certificate; if that is so already, somebody claims what is another's.",
        LinkVerdict.TooLarge => "Set the same MaxKeyBytes and MaxValueBytes on all instances.",
        LinkVerdict.ByPeer => "Compare the settings and versions of both instances; the log of the other one says more.",
        LinkVerdict.Unsolicited or LinkVerdict.Unfinished or LinkVerdict.OverQuota =>
            "Look into that instance, and into the limit that is named; deny the peer if it is not to be trusted.",
        LinkVerdict.Malformed => "Check that the address belongs to a replica of a compatible version.",
        _ => "Compare the settings of both instances.",
    };
}
