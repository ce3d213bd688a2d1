using PeerReplica.Causality;

namespace PeerReplica.Replication;

/// <summary>
/// What became of attempts to link, and how long the next one waits: by address, and by peer, since a pair may meet by either side's attempt and by several addresses.
/// <list type="number">
/// <item>A link that did not stay open and useful for <see cref="CoreOptions.PeerTimeout"/> is a failure, whoever closed it and for whatever reason.</item>
/// <item>Only a link that did resets the wait. Neither an accepted connection nor a hello does.</item>
/// </list>
/// </summary>
internal sealed partial class ReplicaCore
{
    /// <summary>Far above the peers of a cluster; beyond it the oldest waits are forgotten, which bounds the memory.</summary>
    private const int MaxPauses = 1024;

    private readonly Dictionary<ReplicaId, (int Failures, Instant Until)> _peerPauses = [];

    /// <summary>A link has ended: the addresses and the peer it was with wait before the next attempt.</summary>
    private void NoteAttempt(Link link, bool wasOpen)
    {
        var isUseful = wasOpen && link.StatusReceived && _now >= link.OpenedAt + _options.PeerTimeout;

        // The pair keeps its other connection: nothing is wrong with the address.
        var isSpare = link.Peer is { } peer && IsLinked(peer.Id);
        foreach (var target in _targets)
        {
            if (target.LinkId != link.Id) continue;
            target.LinkId = 0;
            if (isUseful) target.Failures = 0;
            target.PeerKey = link.PeerKey ?? target.PeerKey;
            target.NextAttempt = Instant.Max(_backoff.After(_now, target.Failures), link.RetryAt);
            if (!isSpare) target.Failures++;
            _mayHaveOrphans = true;
        }

        if (wasOpen && !isSpare) PausePeer(link.Peer!.Id, isUseful);
    }

    private void PausePeer(ReplicaId peer, bool wasUseful)
    {
        if (_peerPauses.Count >= MaxPauses) _peerPauses.Clear();
        var failures = wasUseful ? 0 : _peerPauses.GetValueOrDefault(peer).Failures;
        _peerPauses[peer] = (failures + 1, _backoff.After(_now, failures));
    }

    private Instant PausedUntil(ReplicaId? peer) => peer is { } id && _peerPauses.TryGetValue(id, out var pause) ? pause.Until : default;
}
