using PeerReplica.Causality;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>A pull that was asked for: one at a time, so that no two peers send the same full state.</summary>
/// <param name="Link">Whom it was asked of.</param>
/// <param name="Kind">What was asked for.</param>
/// <param name="Target">What the peer contained then.</param>
/// <param name="Deadline">When another may be asked instead.</param>
internal sealed record PullInProgress(Link Link, PullKind Kind, VersionVector Target, Instant Deadline)
{
    public bool IsDone(VersionVector contained) => Kind == PullKind.Missing && contained.Dominates(Target);
}
