using Microsoft.Extensions.Logging;
using PeerReplica.Causality;
using PeerReplica.Diagnostics;

namespace PeerReplica.Hosting;

/// <summary>
/// Turns conditions that an evaluation finds into findings: a condition is reported once it has lasted long enough, logged once, and logged again when it is over. An evaluation that
/// finds what the one before found allocates nothing. Under the replica's gate.
/// </summary>
internal sealed class HealthMonitor(ILogger logger, Action<Action> schedule)
{
    /// <summary>Above the members of any cluster; what comes beyond it is not reported, which bounds what strangers can make it hold.</summary>
    private const int Capacity = 256;

    /// <summary>Strangers cause these at will; they must not displace the others.</summary>
    private const int RefusalCapacity = 32;

    /// <summary>Peers that change their identity cause these.</summary>
    private const int OffenceCapacity = 32;

    /// <summary>Far above what is out of reach in any cluster that still does something; peers that make members up cause these.</summary>
    private const int UnreachableCapacity = 128;

    private readonly Dictionary<HealthKey, HealthCondition> _conditions = [];
    private readonly List<HealthKey> _over = [];
    private readonly int[] _counts = new int[(int)HealthReasons.All.Max() + 1];
    private TaskCompletionSource _changed = new();
    private ReplicaHealth _current = new([]);
    private bool _isChanged;
    private long _round;
    private int _refusals;
    private int _offences;
    private Instant _now;

    /// <summary>When the next evaluation is due although nothing may have happened until then.</summary>
    public Instant WakeAt { get; private set; } = Instant.Never;

    /// <summary>The findings of the last evaluation.</summary>
    public ReplicaHealth Current => _current;

    /// <summary>Completes when <see cref="Current"/> is replaced.</summary>
    public Task Changed => _changed.Task;

    /// <summary>How many findings of a reason there are.</summary>
    public int Count(ReplicaHealthReason reason) => _counts[(int)reason];

    /// <summary>Begins an evaluation.</summary>
    public void Begin(Instant now)
    {
        _now = now;
        _round++;
        WakeAt = Instant.Never;
    }

    /// <summary>
    /// Notes that a condition holds. Returns it when <see cref="Describe"/> must be called: when it has lasted long enough and was not reported yet, or when its text is to change.
    /// </summary>
    /// <param name="key">Which.</param>
    /// <param name="after">How long it must last before it is reported.</param>
    /// <param name="version">Changes when the text must be written again.</param>
    /// <param name="warnAfter">How long it must last before it is logged, if longer.</param>
    public HealthCondition? Observe(in HealthKey key, TimeSpan after = default, long version = 0, TimeSpan warnAfter = default)
    {
        if (!_conditions.TryGetValue(key, out var condition))
        {
            if (!HasRoom(key.Reason)) return null;
            _conditions.Add(key, condition = new HealthCondition(_now) { WarnAt = _now + warnAfter });
        }

        condition.Round = _round;
        if (condition.Finding is null && _now < condition.Since + after)
        {
            WakeAt = Instant.Min(WakeAt, condition.Since + after);
            return null;
        }

        if (condition.Finding is not null && condition.Version == version) return null;
        condition.Version = version;
        return condition;
    }

    /// <summary>Notes an event that is reported for a while from now on, and longer when it is repeated.</summary>
    public void Happened(in HealthKey key, TimeSpan lasts, string subject, string message, string remedy, Instant now)
    {
        _now = now;
        if (!_conditions.TryGetValue(key, out var condition))
        {
            if (!HasRoom(key.Reason)) return;
            _conditions.Add(key, condition = new HealthCondition(now));
        }

        condition.Until = now + lasts;
        WakeAt = Instant.Min(WakeAt, condition.Until);
        if (condition.Finding?.Message == message) return;
        Describe(condition, key.Reason, subject, message, remedy);
        Publish();
    }

    /// <summary>Gives a condition its text.</summary>
    public void Describe(HealthCondition condition, ReplicaHealthReason reason, string subject, string message, string remedy)
    {
        if (condition.Finding is null)
        {
            _counts[(int)reason]++;
            if (IsRefusal(reason)) _refusals++;
            if (IsOffence(reason)) _offences++;
        }

        condition.Finding = new ReplicaHealthFinding(reason, HealthReasons.StatusOf(reason), HealthReasons.BlocksReadiness(reason), subject, message, remedy);
        _isChanged = true;
    }

    /// <summary>Ends an evaluation: what it did not find is over.</summary>
    public void End()
    {
        foreach (var (key, condition) in _conditions)
        {
            if (condition.Round != _round && condition.Until <= _now)
            {
                _over.Add(key);
                continue;
            }

            if (condition.Round != _round) WakeAt = Instant.Min(WakeAt, condition.Until);
            if (!condition.IsLogged && condition.Finding is { } finding) Warn(condition, finding);
        }

        foreach (var key in _over) Remove(key);
        _over.Clear();
        Publish();
    }

    private void Warn(HealthCondition condition, ReplicaHealthFinding finding)
    {
        if (_now < condition.WarnAt)
        {
            WakeAt = Instant.Min(WakeAt, condition.WarnAt);
            return;
        }

        condition.IsLogged = true;
        var level = HealthReasons.LevelOf(finding.Reason);
        if (level != LogLevel.None) Log.HealthDegraded(logger, level, finding.Reason, finding.Subject, finding.Message, finding.Remedy);
    }

    private void Remove(in HealthKey key)
    {
        _conditions.Remove(key, out var condition);
        if (condition!.Finding is not { } finding) return;
        _counts[(int)key.Reason]--;
        if (IsRefusal(key.Reason)) _refusals--;
        if (IsOffence(key.Reason)) _offences--;
        _isChanged = true;
        if (condition.IsLogged && HealthReasons.LogsEnd(key.Reason)) Log.HealthRestored(logger, finding.Reason, finding.Subject);
    }

    private void Publish()
    {
        if (!_isChanged) return;
        _isChanged = false;
        _current = new ReplicaHealth([.. _conditions.Values.Select(c => c.Finding).OfType<ReplicaHealthFinding>()
            .OrderBy(f => f.Reason).ThenBy(f => f.Subject, StringComparer.Ordinal)]);
        var changed = _changed;
        _changed = new();
        Complete(changed);
    }

    /// <summary>Apart, so that a report that did not change allocates no closure.</summary>
    private void Complete(TaskCompletionSource changed) => schedule(() => changed.TrySetResult());

    private bool HasRoom(ReplicaHealthReason reason) =>
        _conditions.Count < Capacity
        && (!IsRefusal(reason) || _refusals < RefusalCapacity)
        && (!IsOffence(reason) || _offences < OffenceCapacity)
        && (reason != ReplicaHealthReason.MemberUnreachable || Count(reason) < UnreachableCapacity);

    private static bool IsRefusal(ReplicaHealthReason reason) => reason is ReplicaHealthReason.PeerRefused or ReplicaHealthReason.ClockSkew;

    private static bool IsOffence(ReplicaHealthReason reason) =>
        reason is ReplicaHealthReason.PeerQuarantined or ReplicaHealthReason.PeerExpelled;
}
