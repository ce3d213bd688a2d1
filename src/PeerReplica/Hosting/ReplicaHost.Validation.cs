using Microsoft.Extensions.Logging;
using PeerReplica.Causality;
using PeerReplica.Diagnostics;
using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Hosting;

/// <summary>The validators of the app: when they are asked, and what is reported of changes that they refused.</summary>
internal sealed partial class ReplicaHost
{
    private readonly RefusedChanges _refusedChanges = new(s_eventLasts);

    /// <summary>The objects with a validator. Filled before the start.</summary>
    public List<IChangeValidation> Validations { get; } = [];

    public void InStep(Action step) => Locked((_, _) => step(), drain: false);

    public void Refused(string objectName, ReplicaId origin, string reason, Exception? failure)
    {
        var isNews = _refusedChanges.Add(objectName, origin, reason, Now);
        _isHealthDue |= isNews;
        var level = isNews ? LogLevel.Warning : LogLevel.Debug;
        if (!_logger.IsEnabled(level)) return;
        var name = NameOf(origin);
        Log.ChangeRefused(_logger, level, objectName, name, reason, failure);
    }

    /// <summary>
    /// Whether the validators have answered about all that has arrived by the first call with <paramref name="turns"/>: only then
    /// readers see it.
    /// </summary>
    private bool IsShown(ref long[]? turns)
    {
        if (Validations.Count == 0) return true;
        turns ??= [.. Validations.Select(v => v.LastTurn)];
        for (var i = 0; i < turns.Length; i++)
        {
            if (!Validations[i].IsAnswered(turns[i])) return false;
        }

        return true;
    }

    private Instant TendValidations(Instant now)
    {
        var at = Instant.Never;
        foreach (var validation in Validations) at = Instant.Min(at, validation.Tend(now));
        return at;
    }

    private void ReportValidationHealth(Instant now)
    {
        _refusedChanges.Forget(now);
        foreach (var refused in _refusedChanges.All)
        {
            var key = new HealthKey(ReplicaHealthReason.ChangeRefused, refused.Origin, refused.ObjectName);
            if (_health.Observe(key, version: refused.Count) is not { } condition) continue;
            _health.Describe(
                condition, ReplicaHealthReason.ChangeRefused, refused.ObjectName,
                $"The validator of '{refused.ObjectName}' did not accept {refused.Count:N0} changes of {NameOf(refused.Origin)}, "
                    + $"the last one for this reason: {refused.Reason} They are replicated, and readers here do not see them.",
                "Compare the versions of both instances: both should have the same validator. If they do, look for what wrote "
                    + "the values there; correct values take the place of refused ones.");
        }

        foreach (var validation in Validations)
        {
            var key = new HealthKey(ReplicaHealthReason.ChangeRefused, default, validation.Name);
            if (!validation.IsStuck || _health.Observe(key, version: validation.HeldKeys) is not { } condition) continue;
            _health.Describe(
                condition, ReplicaHealthReason.ChangeRefused, validation.Name,
                $"The validator of '{validation.Name}' does not return: all calls that may be under way are overdue, and "
                    + $"readers do not see new values of {validation.HeldKeys:N0} keys.",
                "Find what the validator waits for. It should compute its answer from the change alone.");
        }
    }

    /// <summary>A replica, with its identity if it is known: a replica that left is known by its id alone.</summary>
    private string NameOf(ReplicaId origin)
    {
        if (origin == Id) return "this replica";
        var member = _core!.Members.FirstOrDefault(m => m.Id == origin);
        if (member is null) return $"the replica {origin}";
        return member.Identity is { } identity ? $"'{member.NodeName}' ({identity})" : $"'{member.NodeName}' ({origin})";
    }
}
