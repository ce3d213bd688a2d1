using PeerReplica.Causality;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>Transfers that arrive: put together, judged, applied whole, acknowledged.</summary>
internal sealed partial class ReplicaCore
{
    /// <summary>The largest buffer for parts that is kept for the next transfer: what is larger comes once, with a whole state.</summary>
    private const int MaxSpareBytes = 16 << 20;

    private readonly List<int> _advanced = [];

    /// <summary>For what is put together in one step.</summary>
    private readonly VersionVector _changed = new();

    /// <summary>Buffers for parts, while one large transfer follows the other.</summary>
    private readonly Stack<FrameBuffer> _spares = new();
    private Instant _sparesUsedAt;

    private bool OnData(Link link, in DataHeader header, ReadOnlySpan<byte> body)
    {
        if (header.Number <= link.LastDataNumber) return true;
        var isFirst = (header.Flags & DataFlags.First) != 0;
        var isFresh = isFirst && (header.Flags & DataFlags.Fresh) != 0;
        var isGap = header.Number != link.LastDataNumber + 1;
        if (!isFresh && (link.IsDesynchronized || isGap))
        {
            AskToRestart(link);
            return true;
        }

        link.LastDataNumber = header.Number;
        if (_pull is { } pull && pull.Link == link) _pull = pull with { Deadline = _now + _options.PeerTimeout };
        link.IsDesynchronized = false;
        link.AcknowledgeNow = true;
        if (isFresh)
        {
            link.Reader.StartFresh();
            if ((header.Flags & DataFlags.FullState) == 0) link.FullStates.BeganAnew();
        }

        var isLast = (header.Flags & DataFlags.Last) != 0;
        if (isFirst)
        {
            // What is left of one that was given up goes; what comes whole needs no room.
            link.Staged.Reset(keepBytes: 1 << 20);
            if (!isLast && _spares.TryPop(out var spare)) link.Staged = spare;
            link.IsStaging = true;
            link.StagingSince = _now;
        }
        else if (!link.IsStaging)
        {
            AskToRestart(link);
            return true;
        }

        if (isFirst && isLast) return Take(link, header.Flags, body);
        if (!HasRoomToStage(link, body.Length)) return true;
        link.Staged.Write(body);
        if (!isLast) return true;
        var isUsable = Take(link, header.Flags, link.Staged.Written);
        EndStaging(link);
        return isUsable;
    }

    private void EndStaging(Link link)
    {
        link.Staged.Reset(MaxSpareBytes);
        _spares.Push(link.Staged);
        _sparesUsedAt = _now;
        link.Staged = new FrameBuffer();
    }

    private bool Take(Link link, DataFlags flags, ReadOnlySpan<byte> body)
    {
        link.IsStaging = false;
        if ((flags & DataFlags.FullState) != 0 && !link.FullStates.IsOpen(flags)) return PassOver(link, flags);
        var limits = new TransferLimits(_options.MaxKeyBytes, _options.MaxValueBytes, LatestStamp)
        {
            Sender = (link.Peer!.Id, link.DecisionKey),
            SenderName = link.Peer.NodeName,
            NewOrigins = RoomForOrigins(link),
        };
        _isAway = (flags & (DataFlags.FullState | DataFlags.Repair)) == DataFlags.FullState && IsBelowSeveralFloors();
        AllowProofs(link);
        var verdict = Store.Judge(body, flags, link.Reader, link.PeerFloor, limits);
        CountProofs(link);
        if (verdict is DeltaVerdict.Applied or DeltaVerdict.Known or DeltaVerdict.Gap or DeltaVerdict.NeedsFullState) NoteShown(link);
        switch (verdict)
        {
            case DeltaVerdict.Applied:
                ApplyTransfer(link, flags, body);
                NoteHeldBack(link);
                return true;
            case DeltaVerdict.Known:
                // Applying it changes nothing but the link's numbering, which must not miss what this transfer numbered.
                Counters.Duplicates++;
                Store.ApplyTransfer(body, flags, link.Reader, _now, _advanced);
                NoteHeldBack(link);
                return true;
            case DeltaVerdict.Gap:
                Counters.Gaps++;
                AskToRestart(link);
                return true;
            case DeltaVerdict.NeedsFullState:
                AskToRestart(link);
                return true;
            case DeltaVerdict.ForgedOrigin:
                _isUnattributable = true;
                Offend(link, LinkVerdict.Malformed, "it claims changes of this replica that were never made");
                return true;
            case DeltaVerdict.Unattributable:
                return RefuseUnattributable();
            default:
                return false;
        }
    }

    /// <summary>
    /// A full state came that was not asked for, or no longer: nothing of it is taken. The peer hears that it arrived, so that
    /// it does not send it again, and begins anew from what is here. More of them than were ever asked for are an offence.
    /// </summary>
    private bool PassOver(Link link, DataFlags flags)
    {
        Counters.UnaskedFullStates++;
        if (link.FullStates.TryPassOver(flags))
        {
            Report(link);
            AskToRestart(link);
            return true;
        }

        Offend(link, LinkVerdict.Unsolicited,
            $"it sent more than {ExpectedFullStates.MaxUnasked} full states beyond those that it was asked for");
        return true;
    }

    private void ApplyTransfer(Link link, DataFlags flags, ReadOnlySpan<byte> body)
    {
        _advanced.Clear();
        Counters.Merged += ApplyToStore(flags, body, link.Reader);
        if ((flags & DataFlags.FullState) != 0)
        {
            Counters.FullStates++;
            link.FullStates.Answered(flags);
            if (_pull is { Kind: not PullKind.Missing } pull && pull.Link == link) _pull = null;
        }

        foreach (var origin in _advanced)
        {
            link.ReportOrigins.Add(origin);
            HeardOf(Store.Origins[origin]);

            // The sender contains at least what it sent.
            link.Known.Raise(origin, Store.Vector[origin]);
            link.Sent.Raise(origin, Store.Vector[origin]);
        }
    }

    /// <summary>A frame was lost, or the transfer could not be used: the peer is told what is here and begins anew from there.</summary>
    private void AskToRestart(Link link)
    {
        DropStaged(link);
        link.FullStates.Restarted();
        if (link.IsDesynchronized && _now < link.RestartAskedAt + _options.HeartbeatInterval) return;
        link.IsDesynchronized = true;
        link.RestartAskedAt = _now;
        SendStatus(link, restart: true);
    }

    private void SendStatus(Link link, bool restart)
    {
        var length = Math.Max(Store.Vector.Length, Store.Floor.Length);
        var flags = (restart ? StatusFlags.Restart : StatusFlags.None) | (IsSynced ? StatusFlags.None : StatusFlags.NotSynced) | HeldBackFlag(link);
        foreach (var range in PartsOf(length))
        {
            var offset = BeginFrame();
            var part = flags | (range.First > 0 ? StatusFlags.Continued : 0) | (range.IsBefore(length) ? StatusFlags.More : 0);
            MessageWriter.WriteStatus(Outputs.Frames, Store.Vector, Store.Floor, Store.Origins, range, part);
            EndFrame(link, offset, MessageType.Status);
        }

        link.Reported.Assign(Store.Vector);
    }

    /// <summary>
    /// Sends an acknowledgement when one is due: at once for what came over this link, and now and then of what came over others, so that this
    /// peer need not pass it on.
    /// </summary>
    private void Report(Link link)
    {
        if (!link.HasRoom) return;
        var versions = (Store.Vector.Version, link.Reported.Version);
        if (!link.AcknowledgeNow && link.NothingToReport == versions) return;
        var reportAll = link.VectorReports!.IsReady(_now);
        var (length, waiting) = (0, false);
        _changed.Clear();
        Counters.VectorsCompared++;
        for (var origin = Store.Vector.FirstAbove(link.Reported, OriginTable.Self + 1); origin >= 0; origin = Store.Vector.FirstAbove(link.Reported, origin + 1))
        {
            if (reportAll || link.ReportOrigins.Contains(origin)) (_changed[origin], length) = (Store.Vector[origin], origin + 1);
            else waiting = true;
        }

        if (waiting) WakeAt(link.VectorReports.ReadyAt);
        else if (length == 0) link.NothingToReport = versions;
        if (!link.AcknowledgeNow && length == 0) return;
        link.AcknowledgeNow = false;
        link.ReportOrigins.Clear();
        link.Reported.Merge(_changed);
        if (reportAll) link.VectorReports.Happened(_now);
        foreach (var range in PartsOf(length))
        {
            var offset = BeginFrame();
            MessageWriter.WriteAcknowledge(Outputs.Frames, link.LastDataNumber, _changed, Store.Origins, range);
            EndFrame(link, offset, MessageType.Acknowledge);
        }
    }

    /// <summary>The ranges of origins in which vectors of a length are sent: as many to a frame as fit, two vectors of them.</summary>
    private OriginRanges PartsOf(int length) =>
        // A pair of id and sequence takes at most 27 bytes; the rest of a message well under 128.
        new(Math.Max(1, (_options.MaxFrameBytes - 128) / (2 * 27)), length);
}
