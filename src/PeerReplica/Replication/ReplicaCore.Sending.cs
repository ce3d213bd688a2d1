using PeerReplica.Causality;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>What is sent: computed from what the peer lacks whenever there is room, never queued.</summary>
internal sealed partial class ReplicaCore
{
    private const int MaxProbes = 64;

    /// <summary>A data frame's bytes around the part of the body: array, type, number, flags, bin header.</summary>
    private const int DataFrameOverhead = 1 + 1 + 9 + 1 + 5;

    private readonly List<TransferSection> _sections = [];

    private void Flush(Link link, bool urgent)
    {
        if (link.HasRoom) SendWhatWasRefused(link);
        Report(link);
        while (link.HasRoom && link.IsOpen)
        {
            if (!link.Window.HasRoom) return;
            if (!link.Bytes.HasTokens(_now))
            {
                WakeAt(link.Bytes.ReadyAt(_now));
                return;
            }

            if (link.Transfer is null && !TryBeginTransfer(link, urgent)) break;
            SendPart(link);
        }

        if (link.Transfer is null && link.HasRoom) AnswerProbes(link);
    }

    private void SendWhatWasRefused(Link link)
    {
        if (link.LinksDue) SendLinks(link, Linked());
        if (!link.StatusDue) return;
        link.StatusDue = false;
        SendStatus(link, restart: link.IsDesynchronized && link.RestartAskedAt.Ticks != 0);
    }

    private bool TryBeginTransfer(Link link, bool urgent)
    {
        Compute(link);
        if (_sections.Count == 0)
        {
            link.PullRequested = false;
            return false;
        }

        if (!link.Flush.IsReady(_now) && !urgent && !link.PullRequested && !link.FullStateRequested)
        {
            WakeAt(link.Flush.ReadyAt);
            return false;
        }

        link.BeginTransfer(Store, _sections, link.FullStateRequested);
        link.TransferFlags = DataFlags.First;
        if (link.FullStateRequested) link.TransferFlags |= DataFlags.FullState | (link.RepairRequested ? DataFlags.Repair : 0);
        if (link.StartFresh)
        {
            link.TransferFlags |= DataFlags.Fresh;
            link.Writer.StartFresh();
            link.FloorSent.Clear();
        }

        if (link.FullStateRequested) (link.FullStateEnd, link.FullStateIsRepair) = (ulong.MaxValue, link.RepairRequested);
        link.FullStateRequested = false;
        link.RepairRequested = false;
        link.PullRequested = false;
        link.StartFresh = false;
        link.Writer.BeginTransfer(FloorChange(link), Store.Origins);
        link.FloorSent.Merge(Store.Floor);
        foreach (var section in _sections)
        {
            link.Sent.Raise(section.Origin, section.To);
            if (section.Origin != OriginTable.Self) Counters.Relayed++;
        }

        if (!urgent) link.Flush.Happened(_now);
        return true;
    }

    private void SendPart(Link link)
    {
        var transfer = link.Transfer!;
        var limit = _options.MaxFrameBytes - DataFrameOverhead;
        var complete = link.Writer.Fill(Store, transfer, limit, _now);
        var part = link.Writer.Waiting;
        if (part.Length > limit) part = part[..limit];
        var isLast = complete && part.Length == link.Writer.Waiting.Length;
        var flags = link.TransferFlags | (isLast ? DataFlags.Last : 0);
        if (!isLast && (flags & DataFlags.First) != 0) Store.OpenSnapshot(transfer);

        var offset = BeginFrame();
        var number = link.Window.LastSent + 1;
        MessageWriter.WriteData(Outputs.Frames, new DataHeader(number, flags), part);
        link.Writer.Cut(part.Length);
        var bytes = Outputs.Frames.Length - offset;
        link.Window.Send(bytes);
        link.Bytes.Take(bytes, _now);
        link.PartSentAt = _now;
        EndFrame(link, offset, MessageType.Data);
        link.TransferFlags &= ~(DataFlags.First | DataFlags.Fresh);
        if (!isLast) return;
        Store.CloseSnapshot(transfer);
        link.EndTransfer();
        if (transfer.IsFullState) link.FullStateEnd = number;
    }

    private void AbandonTransfer(Link link)
    {
        if (link.Transfer is not { } transfer) return;
        Store.CloseSnapshot(transfer);
        link.EndTransfer();
        link.StartFresh = true;
    }

    /// <summary>Puts together the intervals that a peer should be sent now.</summary>
    private void Compute(Link link)
    {
        _sections.Clear();
        if (link.FullStateRequested)
        {
            for (var origin = 0; origin < Store.Vector.Length; origin++)
            {
                if (Store.Vector[origin] != 0) _sections.Add(new(origin, 0, Store.Vector[origin]));
            }

            return;
        }

        // Below our floor a delta may lack removals that we no longer have: the peer will ask for the full state.
        if (!link.StatusReceived) return;
        var versions = (Store.Vector.Version, link.Known.Version);
        if (link.NothingToSend == versions) return;
        Counters.VectorsCompared++;
        link.Lag.DropCaughtUp(Store.Vector, link.Known);
        var isBehind = false;
        var isAboveFloor = link.Known.Dominates(Store.Floor);
        for (var origin = Store.Vector.FirstAbove(link.Known, 0); origin >= 0; origin = Store.Vector.FirstAbove(link.Known, origin + 1))
        {
            if (origin == link.PeerOrigin) continue;
            isBehind = true;
            if (!isAboveFloor) return;
            if (origin != OriginTable.Self && !link.PullRequested && !ShouldRelay(link, origin)) continue;
            if (Store.Vector[origin] <= link.Sent[origin]) continue;
            _sections.Add(new(origin, link.Sent[origin], Store.Vector[origin]));
        }

        if (!isBehind) link.NothingToSend = versions;
    }

    /// <summary>
    /// Whether another origin's changes are for us to pass on: at once where the peer has no link with the origin and we are the first among those
    /// that have both; else when the peer has stood still for a grace period, longer for each peer that comes before us.
    /// </summary>
    private bool ShouldRelay(Link link, int origin)
    {
        var since = link.Lag.Observe(origin, link.Known[origin], _now);
        var rank = 0;
        var isFirst = !link.PeerLinks.Contains(origin) && IsLinked(Store.Origins[origin]);
        foreach (var other in _links.InOrder())
        {
            if (!other.IsOpen || other == link || other.Peer!.Id > Self || !link.PeerLinks.Contains(other.PeerOrigin)) continue;
            rank++;
            if (other.PeerLinks.Contains(origin) || other.PeerOrigin == origin) isFirst = false;
        }

        if (isFirst) return true;
        var due = since + (_options.RelayAfter * (1 + rank));
        if (_now >= due) return true;
        WakeAt(due);
        return false;
    }

    private VersionVector FloorChange(Link link)
    {
        _changed.Clear();
        for (var origin = 0; origin < Store.Floor.Length; origin++)
        {
            if (Store.Floor[origin] > link.FloorSent[origin]) _changed[origin] = Store.Floor[origin];
        }

        return _changed;
    }

    private void AnswerProbes(Link link)
    {
        foreach (var probe in link.ProbesToAnswer)
        {
            foreach (var range in PartsOf(Store.Vector.Length))
            {
                // All but the last part answer nothing: they only tell.
                var offset = BeginFrame();
                MessageWriter.WriteProbeReply(Outputs.Frames, range.IsBefore(Store.Vector.Length) ? 0 : probe, Store.Vector, Store.Origins, range);
                EndFrame(link, offset, MessageType.ProbeReply);
            }
        }

        link.ProbesToAnswer.Clear();
    }
}
