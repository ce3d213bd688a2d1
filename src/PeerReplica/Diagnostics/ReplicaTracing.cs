using System.Diagnostics;
using PeerReplica.Wire;

namespace PeerReplica.Diagnostics;

/// <summary>
/// The traces of one replica. Listeners are foreign code: what happens under the gate becomes an activity later, on another thread, with the times at which it
/// happened. Nothing is noted while nobody listens. All but the static members: under the gate.
/// </summary>
/// <param name="schedule">Runs a delivery soon, on another thread.</param>
/// <param name="time">The replica's clock.</param>
internal sealed class ReplicaTracing(Action<Action> schedule, TimeProvider time)
{
    public const string SourceName = "PeerReplica";

    private static readonly ActivitySource s_source = new(SourceName);

    private DateTimeOffset? _joinBegan;
    private DateTimeOffset _catchUpBegan;
    private PullKind? _catchUp;

    /// <summary>Begins to trace a wait for rights, as a part of what the caller traces. The caller ends it.</summary>
    /// <param name="name">The counter or pool.</param>
    public static TransferActivity StartTransfer(string name) => TransferActivity.Start(s_source, name);

    /// <summary>The replica has started, and begins to join.</summary>
    public void JoinBegan() => _joinBegan = s_source.HasListeners() ? time.GetUtcNow() : null;

    /// <summary>The first synchronization is complete.</summary>
    public void Joined()
    {
        if (_joinBegan is { } began) Emit("peerreplica.join", began, null);
        _joinBegan = null;
    }

    /// <summary>What the replica pulls from a peer now; null if it lacks nothing that it knows of.</summary>
    public void Observe(PullKind? pulling)
    {
        if (pulling == _catchUp) return;
        if (_catchUp is { } ended && pulling is null && _catchUpBegan != default) Emit("peerreplica.catch_up", _catchUpBegan, ended);
        if (_catchUp is null || pulling is null) _catchUpBegan = pulling is not null && s_source.HasListeners() ? time.GetUtcNow() : default;
        _catchUp = pulling;
    }

    private void Emit(string name, DateTimeOffset began, PullKind? kind)
    {
        var ended = time.GetUtcNow();
        schedule(() =>
        {
            try
            {
                // It is nobody's part: what happens to run on this thread has nothing to do with it.
                Activity.Current = null;
                using var activity = s_source.StartActivity(name, ActivityKind.Internal, default(ActivityContext), startTime: began);
                if (kind is not null) activity?.SetTag("peerreplica.kind", kind.ToString());
                activity?.SetEndTime(ended.UtcDateTime);
            }
            catch (Exception)
            {
                // A listener failed; there is nobody to tell.
            }
        });
    }
}
