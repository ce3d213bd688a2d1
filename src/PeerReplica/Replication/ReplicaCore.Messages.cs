using PeerReplica.Causality;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>What arrives: decoding, and the short messages.</summary>
internal sealed partial class ReplicaCore
{
    private readonly FrameBuffer _controlFrame = new();

    /// <summary>What is said when a peer refuses this replica's changes for their time.</summary>
    public const string ClockSkewThere = "it refused: this replica's changes carry a time too far ahead of its clock; check both clocks";

    /// <summary>A frame arrived. Whatever its bytes are, nothing is thrown and no other link is disturbed.</summary>
    public void FrameReceived(long linkId, ReadOnlySpan<byte> frame, Instant now)
    {
        _now = now;
        if (!_links.TryGetValue(linkId, out var link) || link.Phase == LinkPhase.Closed) return;
        _isUnattributable = false;
        BeginOrigins();
        var reader = new SpanReader(frame);
        if (!MessageReader.TryReadType(ref reader, out var type))
        {
            Offend(link, LinkVerdict.Malformed, "a frame is no message");
            return;
        }

        link.LastHeard = now;
        _mayCollect = true;
        var isWellFormed = type switch
        {
            MessageType.Data or MessageType.Acknowledge or MessageType.Heartbeat => !link.IsOpen || HandleLoad(link, type, ref reader),
            MessageType.Hello or MessageType.Bye => HandleOpening(link, type, Keep(frame)),
            _ => !link.IsOpen || HandleControl(link, type, Keep(frame)),
        };
        if (!isWellFormed) Offend(link, LinkVerdict.Malformed, $"a message of type {type} is malformed");
        EndOrigins(link);
    }

    /// <summary>A control message's bytes where they can be read as memory, until the next one arrives.</summary>
    private ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> frame)
    {
        _controlFrame.Reset(keepBytes: 1 << 16);
        _controlFrame.Write(frame);
        return _controlFrame.WrittenMemory;
    }

    /// <summary>
    /// What is allowed before a link is open, and ends it. Like the two below it returns false when the message is not well formed. A message that the
    /// link's phase does not allow is passed over: it may be early or late.
    /// </summary>
    private bool HandleOpening(Link link, MessageType type, ReadOnlyMemory<byte> frame)
    {
        switch (type)
        {
            case MessageType.Hello:
                if (ControlReader.ReadHello(frame) is not { } hello) return false;
                OnHello(link, hello);
                return true;
            default:
                if (!ControlReader.TryReadNumber(frame, out var reason)) return false;
                if (reason == (ulong)LinkVerdict.Self) MarkSelf(link);
                OnKeptOutThere(link, (LinkVerdict)Math.Min(reason, byte.MaxValue));
                Outputs.Close(link, LinkVerdict.ByPeer, ByeReason(reason));
                Detach(link);
                _closed.Add(link.Id);
                return true;
        }
    }

    private bool HandleLoad(Link link, MessageType type, ref SpanReader reader) => type switch
    {
        MessageType.Data => MessageReader.TryReadData(ref reader, out var header, out var body) && OnData(link, header, body),
        MessageType.Acknowledge => MessageReader.TryReadAcknowledge(ref reader, out var number, out var changed) && OnAcknowledge(link, number, changed),
        _ => MessageReader.TryReadHeartbeat(ref reader, out var heartbeat) && OnHeartbeat(link, heartbeat),
    };

    private bool HandleControl(Link link, MessageType type, ReadOnlyMemory<byte> frame)
    {
        switch (type)
        {
            case MessageType.Status:
                return ControlReader.ReadStatus(frame) is { } status && OnStatus(link, status);
            case MessageType.Pull:
                return ControlReader.TryReadNumber(frame, out var pull) && OnPull(link, (PullKind)Math.Min(pull, byte.MaxValue));
            case MessageType.Links:
                return ControlReader.ReadLinks(frame) is { } ids && OnLinks(link, ids);
            case MessageType.Row:
                return ControlReader.TryReadRow(frame, out var row) && OnRow(link, row.Member, row.Vector);
            case MessageType.Probe:
                if (!ControlReader.TryReadNumber(frame, out var probe)) return false;
                link.PullRequested = true;
                IsProbed = true;

                // Its acknowledgment may have been lost; where every frame takes the whole window nothing else brings another.
                link.AcknowledgeNow = true;
                if (link.ProbesToAnswer.Count < MaxProbes) link.ProbesToAnswer.Add(probe);
                return true;
            case MessageType.ProbeReply:
                return ControlReader.TryReadProbeReply(frame, out var reply) && OnProbeReply(link, reply.Id, reply.Vector);
            case MessageType.Objects:
                return OnObjects(link, frame);
            case MessageType.AddressReport:
                return ControlReader.TryReadAddressReport(frame, out var report) && OnAddressReport(link, report);
            default:
                // A later version's message: passed over.
                return true;
        }
    }

    private bool OnStatus(Link link, Status status)
    {
        // Parts of a status may be refused or lost: what the peer said before still holds, and is not taken back on a part of the whole.
        if ((status.Flags & (StatusFlags.Continued | StatusFlags.More)) == 0) link.Known.Clear();
        if (!Learn(link, status.Vector)) return false;
        foreach (var (id, sequence) in status.Floor)
        {
            // The floor that counts for a transfer comes with it, so that nothing is missed of what is passed over here.
            if (!TryIndex(link, id, out var origin)) continue;

            // Nobody collects tombstones of changes that it does not contain.
            if (sequence > link.Known[origin]) return false;
            link.PeerFloor.Raise(origin, sequence);
        }

        if ((status.Flags & StatusFlags.More) != 0) return true;
        link.StatusReceived = true;
        link.WantsPull = true;
        OnHeldBackThere(link, status.Flags);
        link.UnsyncedUntil = (status.Flags & StatusFlags.NotSynced) != 0 ? _now + (_options.HeartbeatInterval * 3) : default;
        if ((status.Flags & StatusFlags.Restart) == 0) return true;
        AbandonTransfer(link);
        link.Sent.Assign(link.Known);
        link.FloorSent.Clear();
        link.StartFresh = true;
        link.Window.Reset();
        if (link.FullStateEnd != 0) (link.FullStateRequested, link.RepairRequested) = (true, link.FullStateIsRepair);
        return true;
    }

    /// <summary>Takes what a peer says it contains. False when it claims changes of ours that were never made.</summary>
    private bool Learn(Link link, (ReplicaId Origin, ulong Sequence)[] vector)
    {
        foreach (var (id, sequence) in vector)
        {
            if (id == Self && sequence > Store.Vector[OriginTable.Self]) return RefuseUnattributable();

            if (!TryIndex(link, id, out var origin)) continue;
            link.Known.Raise(origin, sequence);
            link.Sent.Raise(origin, sequence);
            if (origin == link.PeerOrigin) link.Shown = Math.Max(link.Shown, sequence);
        }

        return true;
    }

    private bool OnAcknowledge(Link link, ulong number, (ReplicaId Origin, ulong Sequence)[] changed)
    {
        if (number > link.Window.LastSent) return false;
        link.Window.Acknowledge(number);
        if (number >= link.FullStateEnd) link.FullStateEnd = 0;
        return Learn(link, changed);
    }

    private bool OnPull(Link link, PullKind kind)
    {
        link.PullRequested = true;
        if (kind == PullKind.Missing) return true;
        AbandonTransfer(link);
        link.Sent.Assign(link.Known);
        link.StartFresh = true;
        link.FullStateRequested = true;
        link.RepairRequested = kind == PullKind.Repair;
        return true;
    }

    private bool OnLinks(Link link, ReplicaId[] ids)
    {
        link.PeerLinks.Clear();
        foreach (var id in ids)
        {
            if (TryIndex(link, id, out var origin)) link.PeerLinks.Add(origin);
        }

        return true;
    }

    private bool OnRow(Link link, ReplicaId id, (ReplicaId Origin, ulong Sequence)[] vector)
    {
        if (!_memberTable.TryGetValue(id, out var member))
        {
            HeardOf(id);
            return true;
        }

        member.LastEvidence = _now;
        HeardOf(id);
        foreach (var (origin, sequence) in vector)
        {
            // What the member claims about itself the sender can only pass on: it counts for nothing, and not against the sender.
            if (origin == Self && sequence > Store.Vector[OriginTable.Self]) continue;
            if (TryIndex(link, origin, out var index)) member.Row.Raise(index, sequence);
        }

        return true;
    }

    /// <summary>What to tell of a peer's farewell; null when it is nothing out of the ordinary.</summary>
    private static string? ByeReason(ulong reason) => (LinkVerdict)Math.Min(reason, byte.MaxValue) switch
    {
        LinkVerdict.Stopping or LinkVerdict.Duplicate or LinkVerdict.Self or LinkVerdict.Expired => null,
        LinkVerdict.OtherCluster => "it refused: another cluster name",
        LinkVerdict.VersionMismatch => "it refused: no protocol version in common; upgrade the older one",
        LinkVerdict.NotAuthenticated => "it refused: it is not authenticated by what this replica proves",
        LinkVerdict.OtherIdentity => "it refused: this replica's node name or id belongs to another identity there",
        LinkVerdict.ClockSkew => ClockSkewThere,
        LinkVerdict.TooLarge => TooLargeThere,
        LinkVerdict.Quarantined => QuarantinedThere,
        LinkVerdict.Expelled => ExpelledThere,
        LinkVerdict.Malformed => "it refused: it could not read what this replica sent",
        LinkVerdict.Unsolicited => "it refused: this replica sent full states that it had not asked for",
        LinkVerdict.Unfinished => "it refused: this replica did not complete or take a transfer in time",
        LinkVerdict.OverQuota => "it refused: this replica's transfers are over a limit there; its log names the limit",
        _ => "it closed the connection",
    };
}
