using PeerReplica.Causality;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>Links: opening, agreeing, one for each pair, closing.</summary>
internal sealed partial class ReplicaCore
{
    private readonly List<long> _closed = [];

    /// <summary>A connection is open. Each id is used once.</summary>
    /// <param name="id">The link's id.</param>
    /// <param name="dialId">The attempt of ours that opened it; null when the peer dialed.</param>
    /// <param name="remoteAddress">The other end, for logs.</param>
    /// <param name="nonce">16 random bytes for this link.</param>
    /// <param name="now">The time.</param>
    /// <param name="identity">Who the transport has authenticated at the other end; null where it does not tell peers apart.</param>
    public void LinkOpened(long id, long? dialId, string remoteAddress, byte[] nonce, Instant now, LinkIdentity? identity = null)
    {
        _now = now;
        var link = new Link(id, dialId is not null, remoteAddress, _options, now)
        {
            Nonce = nonce,
            Identity = identity,
            PeerKey = identity?.Name,
            DecisionKey = identity is null ? null : ExpulsionsObject.KeyOf(identity.Name),
        };
        _isAuthenticated |= identity is not null;
        (link.RenewAt, link.EndsAt) = (identity?.RenewAt ?? Instant.Never, identity?.EndsAt ?? Instant.Never);
        link.VectorReports = new LeadingEdgeThrottle(_options.RelayAfter / 2);
        _links.Add(id, link);
        if (dialId is { } attempt)
        {
            DialEnded(attempt, link);
            RenewalOpened(attempt, link);
            if (CheckedBy(attempt) is { } member)
            {
                link.Check = (member, attempt);
                return;
            }
        }

        var offset = BeginFrame();
        MessageWriter.Write(Outputs.Frames, new Hello(
            ProtocolVersions.Least, ProtocolVersions.Greatest, _options.ClusterName, Self, _options.NodeName, _options.Address, nonce, HasSecret: false)
        {
            Capabilities = Store.Proofs is null ? HelloCapabilities.None : HelloCapabilities.ReadsProofs,
        });
        EndFrame(link, offset, MessageType.Hello);
    }

    /// <summary>A connection is gone.</summary>
    public void LinkClosed(long id, Instant now)
    {
        _now = now;
        if (!_links.TryGetValue(id, out var link)) return;
        _links.Remove(id);
        if (link.Phase != LinkPhase.Closed) Detach(link);
    }

    /// <summary>The transport refused a frame. What the frame said is due again once there is room; data and heartbeats are repeated by other means.</summary>
    /// <param name="id">The link.</param>
    /// <param name="type">The kind of message in the frame.</param>
    /// <param name="now">The time.</param>
    public void FrameRefused(long id, MessageType type, Instant now)
    {
        RoomChanged(id, false, now);
        if (!_links.TryGetValue(id, out var link)) return;
        switch (type)
        {
            case MessageType.Acknowledge:
                link.AcknowledgeNow = true;
                link.Reported.Clear();
                break;
            case MessageType.Links:
                link.LinksDue = true;
                break;
            case MessageType.Status:
                link.StatusDue = true;
                break;
            case MessageType.Pull when _pull?.Link == link:
                link.WantsPull = true;
                _pull = null;
                break;
            default:
                break;
        }
    }

    /// <summary>The transport has room again, or has none.</summary>
    public void RoomChanged(long id, bool hasRoom, Instant now)
    {
        _now = now;
        if (!_links.TryGetValue(id, out var link)) return;
        if (link.HasRoom && !hasRoom) link.Window.Shrink();
        link.HasRoom = hasRoom;
    }

    /// <summary>Whether a link has opened: hellos were exchanged.</summary>
    public bool IsOpen(long id) => _links.TryGetValue(id, out var link) && link.IsOpen;

    private void OnHello(Link link, Hello hello)
    {
        if (link.Phase != LinkPhase.Hello) return;
        if (link.Check is not null)
        {
            OnHelloForCheck(link, hello.Id);
            return;
        }

        if (hello.Cluster != _options.ClusterName)
        {
            Close(link, LinkVerdict.OtherCluster, $"it belongs to cluster '{hello.Cluster}', this replica to '{_options.ClusterName}'");
            return;
        }

        if (hello.MinVersion > ProtocolVersions.Greatest || hello.MaxVersion < ProtocolVersions.Least)
        {
            Close(
                link,
                LinkVerdict.VersionMismatch,
                $"it speaks protocol versions {hello.MinVersion} to {hello.MaxVersion}, this replica {ProtocolVersions.Least} to {ProtocolVersions.Greatest}; upgrade the older one");
            return;
        }

        if (hello.Id == Self)
        {
            MarkSelf(link);
            Close(link, LinkVerdict.Self, null);
            return;
        }

        link.PeerKey ??= KeyOf(link, hello.Id);
        if (IsKeptOut(link, hello.Id)) return;
        if (hello.HasSecret)
        {
            Close(link, LinkVerdict.NotAuthenticated, "it proves a shared secret without encryption, as version 1 did: upgrade it");
            return;
        }

        if (!AdmitsItself(link, hello.Id))
        {
            Close(link, LinkVerdict.OverQuota, $"{link.PeerKey} has made too many replicas known, or there are {OriginTable.MaxCount:N0} already");
            return;
        }

        if (WhyNotPermitted(link, hello) is { } fault)
        {
            Close(link, LinkVerdict.OtherIdentity, fault);
            return;
        }

        link.Peer = hello;
        foreach (var target in _targets)
        {
            if (target.LinkId == link.Id) target.Replica = hello.Id;
        }

        Open(link);
    }

    /// <summary>The address that a link was dialed at is this replica's own: it is not dialed again, while the other addresses of its name are.</summary>
    private void MarkSelf(Link link)
    {
        foreach (var target in _targets)
        {
            if (target.LinkId == link.Id) target.IsSelf = true;
        }
    }

    private void Open(Link link)
    {
        CompleteRenewal(link);
        if (!WinsAgainstExisting(link)) return;
        link.Phase = LinkPhase.Open;
        link.OpenedAt = _now;

        // Not before: a connection that does not open leaves nothing behind.
        link.PeerOrigin = Store.Origins.IndexOf(link.Peer!.Id);
        link.Reader.Sender = link.Peer.Id;
        NoteOperator(link);
        link.Writer.WritesProofs = Store.Proofs is not null && (link.Peer.Capabilities & HelloCapabilities.ReadsProofs) != 0;
        link.NextHeartbeat = _now + _options.HeartbeatInterval;
        if (_memberTable.TryGetValue(link.Peer.Id, out var member)) Attach(member, link);
        else AdmitLinked(link.Peer.Id);
        SendStatus(link, restart: false);
        SendObjects(link);
        LinksChanged();

        // Its ping comes back with the peer's next heartbeat: the round trip is known then, and not an interval later.
        SendHeartbeat(link);
        Outputs.PeerChanged(link.Peer.Id);
    }

    /// <summary>
    /// One connection for each pair. When there are two, the one dialed by the replica with the smaller id stays; when one side dialed both, the
    /// newer; and one that has gone quiet yields to any.
    /// </summary>
    private bool WinsAgainstExisting(Link link)
    {
        foreach (var other in _links.InOrder())
        {
            if (other == link || !other.IsOpen || other.Peer!.Id != link.Peer!.Id) continue;
            var otherIsQuiet = _now - other.LastHeard > _options.HeartbeatInterval * 2;
            if (other.IsDialed == link.IsDialed || otherIsQuiet || link.IsDialed == Self < link.Peer.Id)
            {
                if (!other.IsDialed && !otherIsQuiet && other.EndsAt != Instant.Never) Retire(other);
                else Close(other, LinkVerdict.Duplicate, null);
                return true;
            }

            Close(link, LinkVerdict.Duplicate, null);
            return false;
        }

        return true;
    }

    private void CloseSilentLinks()
    {
        foreach (var link in _links.InOrder())
        {
            if (link.Phase == LinkPhase.Closed) continue;
            var deadline = link.LastHeard + _options.PeerTimeout;
            if (_now >= deadline && link.Check is not null) Drop(link);
            else if (_now >= deadline) Close(link, LinkVerdict.Silent, $"nothing was heard of it for {_options.PeerTimeout.TotalSeconds:0.#} s");
            else WakeAt(deadline);
        }
    }

    private void RemoveClosed()
    {
        foreach (var id in _closed) _links.Remove(id);
        _closed.Clear();
    }

    /// <summary>Ends a link: tells the peer why, where it helps, and the transport.</summary>
    private void Close(Link link, LinkVerdict verdict, string? detail)
    {
        if (link.Phase == LinkPhase.Closed) return;
        if (verdict is not LinkVerdict.Silent)
        {
            var offset = BeginFrame();
            MessageWriter.WriteBye(Outputs.Frames, (ulong)verdict);
            EndFrame(link, offset, MessageType.Bye);
        }

        Outputs.Close(link, verdict, detail);
        Detach(link);
        _closed.Add(link.Id);
    }

    private void Detach(Link link)
    {
        var wasOpen = link.IsOpen;
        link.Phase = LinkPhase.Closed;
        AbandonTransfer(link);
        DropStaged(link);
        if (link.Renews != 0 && !wasOpen) _renewal = null;
        if (link.Check is { } check) EndDialForCheck(check.Member, check.DialId, AddressVerdict.NoAnswer);
        NoteAttempt(link, wasOpen);
        if (_pull?.Link == link) _pull = null;
        if (!wasOpen) return;
        _liveness.Heard(link.Peer!.Id, _now);
        if (_memberTable.TryGetValue(link.Peer.Id, out var member) && member.Link == link)
        {
            member.Row.Merge(link.Known);
            member.Link = null;
            _isCountStale = true;
        }

        _mayCollect = true;
        LinksChanged();
        Outputs.PeerChanged(link.Peer.Id);
    }

    private void LinksChanged()
    {
        _linksChangedAt = _now;
        var linked = Linked();
        foreach (var link in _links.InOrder())
        {
            if (link.IsOpen) SendLinks(link, linked);
        }
    }

    private void SendLinks(Link link, List<ReplicaId> linked)
    {
        link.LinksDue = !link.HasRoom;
        if (link.LinksDue) return;
        var offset = BeginFrame();
        MessageWriter.WriteLinks(Outputs.Frames, linked);
        EndFrame(link, offset, MessageType.Links);
    }

    private List<ReplicaId> Linked()
    {
        var linked = new List<ReplicaId>();
        foreach (var link in _links.InOrder())
        {
            if (link.IsOpen) linked.Add(link.Peer!.Id);
        }

        return linked;
    }
}
