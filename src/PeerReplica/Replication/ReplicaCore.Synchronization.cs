using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>Anti-entropy: heartbeats that compare, pulls of what is missing, stability.</summary>
internal sealed partial class ReplicaCore
{
    private PullInProgress? _pull;

    /// <summary>What is being pulled from a peer; null if nothing is.</summary>
    public PullKind? Pulling => _pull?.Kind;
    private long _lastPulled;

    /// <summary>How many of the changes here a peer has not acknowledged.</summary>
    public long Behind(Member member)
    {
        var known = member.Link?.Known ?? member.Row;
        var behind = 0UL;
        for (var origin = 0; origin < Store.Vector.Length; origin++)
        {
            if (Store.Vector[origin] > known[origin]) behind += Store.Vector[origin] - known[origin];
        }

        return (long)Math.Min(behind, long.MaxValue);
    }

    /// <summary>Asks every linked peer to send what this replica is missing and then to answer. Returns how many were asked.</summary>
    public int Probe(ulong id, Instant now)
    {
        _now = now;
        return Probe(id, []);
    }

    /// <summary>Likewise, but those links that were asked before are not asked again.</summary>
    public int Probe(ulong id, HashSet<long> asked)
    {
        var count = asked.Count;
        foreach (var link in _links.InOrder())
        {
            if (link.IsOpen && asked.Add(link.Id)) SendProbe(link, id);
        }

        return asked.Count - count;
    }

    /// <summary>Called with the id of each probe that was answered and whose answerer's content is now contained here, and the answerer.</summary>
    public Action<ulong, ReplicaId>? ProbeAnswered { get; set; }

    private void SendProbe(Link link, ulong id)
    {
        if (id != 0) link.ProbesAsked.Add(id);
        SendProbeFrame(link, id);
    }

    private void SendProbeFrame(Link link, ulong id)
    {
        var offset = BeginFrame();
        MessageWriter.WriteProbe(Outputs.Frames, id);
        EndFrame(link, offset, MessageType.Probe);
    }

    /// <summary>Repeats the probes that a peer has not answered: a probe or its answer may have been lost.</summary>
    private void AskAgain(Link link)
    {
        foreach (var id in link.ProbesAsked) SendProbeFrame(link, id);
    }

    /// <summary>Nobody waits for the answers to a probe any more.</summary>
    public void EndProbe(ulong id)
    {
        foreach (var link in _links.InOrder())
        {
            link.ProbesAsked.Remove(id);
            link.ProbeTargets.RemoveAll(t => t.Id == id);
        }
    }

    private bool OnProbeReply(Link link, ulong id, (ReplicaId Origin, ulong Sequence)[] vector)
    {
        if (!Learn(link, vector)) return false;
        link.StatusReceived = true;
        if (!link.ProbesAsked.Remove(id)) return true;
        link.ProbeTargets.Add((id, link.Known.Copy()));
        return true;
    }

    private void TendProbes(Link link)
    {
        for (var i = 0; i < link.ProbeTargets.Count; i++)
        {
            var (id, vector) = link.ProbeTargets[i];
            if (!Store.Vector.Dominates(vector)) continue;
            link.ProbeTargets.RemoveAt(i--);
            ProbeAnswered?.Invoke(id, link.Peer!.Id);
        }
    }

    /// <summary>
    /// From which due time on heartbeats leave in this step. When one is due those of all links go that are due within half an interval: from then on they are due together, and an
    /// idle replica wakes once in an interval, however many links it has. A heartbeat is never late for it, and none follows another of its link sooner than half an interval later.
    /// </summary>
    private Instant HeartbeatsDueBy()
    {
        foreach (var link in _links.InOrder())
        {
            if (link.IsOpen && _now >= link.NextHeartbeat) return _now + (_options.HeartbeatInterval / 2);
        }

        return _now;
    }

    private void Beat(Link link, Instant dueBy)
    {
        TendProbes(link);
        if (link.NextHeartbeat > dueBy)
        {
            WakeAt(link.NextHeartbeat);
            return;
        }

        link.NextHeartbeat = _now + _options.HeartbeatInterval;
        WakeAt(link.NextHeartbeat);
        if (!link.HasRoom) return;
        link.Window.Grow();
        SendHeartbeat(link);
        if (!link.StatusReceived || link.Window.LastAcknowledged < link.SentBeforeBeat) SendProbe(link, 0);
        link.SentBeforeBeat = link.Window.Outstanding > 0 ? link.Window.LastSent : 0;
        AskAgain(link);
        if (!IsSynced || !link.Known.Dominates(Store.Floor)) SendStatus(link, restart: false);
        if (link.IsDesynchronized && link.RestartAskedAt.Ticks != 0) AskToRestart(link);
        RetryHeldBack(link);
        SendRows(link);
    }

    private void SendHeartbeat(Link link)
    {
        var offset = BeginFrame();
        MessageWriter.Write(Outputs.Frames, new Heartbeat(
            link.Window.LastSent,
            ContentHash.OfVector(Store.Vector, Store.Origins),
            Store.Hash,
            link.RoundTrips.NextPing(_now),
            link.RoundTrips.TakeEcho(_now)));
        EndFrame(link, offset, MessageType.Heartbeat);
    }

    /// <summary>Tells a peer of the members that it has no link with and we have.</summary>
    private void SendRows(Link link)
    {
        foreach (var member in _memberTable.InOrder())
        {
            if (member.Link is null || member.Id == link.Peer!.Id || link.PeerLinks.Contains(member.Origin)) continue;
            foreach (var range in PartsOf(member.Link.Known.Length))
            {
                var offset = BeginFrame();
                MessageWriter.WriteRow(Outputs.Frames, member.Id, member.Link.Known, Store.Origins, range);
                EndFrame(link, offset, MessageType.Row);
            }
        }
    }

    private bool OnHeartbeat(Link link, in Heartbeat heartbeat)
    {
        link.RoundTrips.Received(heartbeat.Echo, _now);
        link.RoundTrips.Received(heartbeat.Ping, _now);
        if (heartbeat.LastData > link.LastDataNumber) AskToRestart(link);
        if (heartbeat.VectorHash == ContentHash.OfVector(Store.Vector, Store.Origins))
        {
            // It contains just what is here, also where its report of that was lost.
            link.Known.Merge(Store.Vector);
            link.Sent.Merge(Store.Vector);
            link.Shown = Math.Max(link.Shown, Store.Vector[link.PeerOrigin]);
            CompareContent(link, heartbeat.ContentHash);
            return true;
        }

        // A peer whose vector is not what it last told us: a report was lost, or is on its way. Ask the second time.
        if (heartbeat.VectorHash == ContentHash.OfVector(link.Known, Store.Origins)) link.StaleHeartbeats = 0;
        else if (++link.StaleHeartbeats % 2 == 0) SendProbe(link, 0);
        return true;
    }

    private void CompareContent(Link link, ulong contentHash)
    {
        if (contentHash == Store.Hash || link.Peer!.MaxVersion < ProtocolVersions.SameContentHash) return;
        Counters.Mismatches++;
        Outputs.Add(CoreOutputKind.ContentMismatch, link.Peer!.NodeName, link.Id);
        if (_pull is null) Pull(link, PullKind.Repair);
    }

    private void TendSynchronization()
    {
        if (_pull is { } pull && (pull.IsDone(Store.Vector) || _now >= pull.Deadline))
        {
            // The pull or what it asked for may have been lost: asked of the same peer again, after the others.
            if (!pull.IsDone(Store.Vector)) pull.Link.WantsPull = true;
            _pull = null;
        }

        if (_pull is null) ConsiderPull();
        else WakeAt(_pull.Deadline);
        TendFirstSync();
    }

    private void ConsiderPull()
    {
        // After the one asked last, so that a peer that cannot help is not asked for ever.
        foreach (var link in _links.InOrder())
        {
            if (link.Id > _lastPulled && TryPull(link)) return;
        }

        foreach (var link in _links.InOrder())
        {
            if (link.Id <= _lastPulled && TryPull(link)) return;
        }
    }

    private bool TryPull(Link link)
    {
        if (!link.IsOpen || !link.StatusReceived || !link.HasRoom) return false;
        if (!ReachesFloorOf(link))
        {
            Counters.FullStatesRequested++;
            Pull(link, PullKind.FullState);
            return true;
        }

        if (!link.WantsPull) return false;
        link.WantsPull = false;
        if (Store.Vector.Dominates(link.Known)) return false;
        Pull(link, PullKind.Missing);
        return true;
    }

    private bool ReachesFloorOf(Link link)
    {
        // Neither falls: once reached, a floor that has not risen stays reached.
        if (link.FloorReached == link.PeerFloor.Version) return true;
        Counters.VectorsCompared++;
        if (!Store.ReachesFloor(link.PeerFloor, link.Reader.HeldBack)) return false;
        if (link.Reader.HeldBack.IsEmpty) link.FloorReached = link.PeerFloor.Version;
        return true;
    }

    private void Pull(Link link, PullKind kind)
    {
        _lastPulled = link.Id;
        link.FullStates.Ask(kind);
        _pull = new PullInProgress(link, kind, link.Known.Copy(), _now + _options.PeerTimeout);
        WakeAt(_pull.Deadline);
        var offset = BeginFrame();
        MessageWriter.WritePull(Outputs.Frames, kind);
        EndFrame(link, offset, MessageType.Pull);
    }

    /// <summary>What every member, and every peer that is not yet one, is known to contain.</summary>
    public VersionVector StableVector()
    {
        var stable = Store.Vector.Copy();
        foreach (var member in _memberTable.InOrder()) stable.Meet(member.Link?.Known ?? member.Row);
        foreach (var link in _links.InOrder())
        {
            if (link.IsOpen) stable.Meet(link.Known);
        }

        return stable;
    }
}
