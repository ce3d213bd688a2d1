namespace PeerReplica.Plants;

/// <summary>Plants in what replicates state: merging, transfers, membership, expiry.</summary>
internal static class StatePlants
{
    public static Plant[] All { get; } =
    [
        // A delta that begins past what is here is applied.
        new("ApplyOverGap",
            new PlantEdit("Replication/Store.Judgment.cs", "if (from > contained && !isFullState) return", "if (from > contained && !isFullState && !PLANTED) return"),
            new PlantEdit("Replication/ReplicaCore.Receiving.cs", "var isGap = header.Number != link.LastDataNumber + 1;", "var isGap = header.Number != link.LastDataNumber + 1 && !(isFirst && PLANTED);")),

        // What a delta does not mention is taken for removed.
        new("AbsenceIsRemoval",
            new PlantEdit("Replication/Store.Application.cs", "var sweeps = isFullState && !isRepair;",
                "var sweeps = (isFullState && !isRepair) || PLANTED;"),
            new PlantEdit("Replication/Store.Application.cs", "if (record.Sequence > _swept[origin]) continue;",
                "if (record.Sequence > _swept[origin] && !PLANTED) continue;")),

        // Tombstones are dropped before every member has seen them, and the floor does not rise.
        new("CollectBeforeStable",
            new PlantEdit("Replication/Store.Collection.cs", "if (_snapshots.Count > 0) return false;", "if (_snapshots.Count > 0) return false;\n        if (PLANTED) stable = Vector;"),
            new PlantEdit("Replication/Store.Collection.cs", "Floor.Raise(dot.Origin, dot.Sequence);", "Floor.Raise(dot.Origin, PLANTED ? 0 : dot.Sequence);")),

        // A restarted instance goes on under its former id, from the first sequence number again.
        new("ReuseDotsAfterRestart",
            new PlantEdit("Hosting/ReplicaHost.cs", "        _environment = environment;", "        _environment = PLANTED ? environment with { Id = new ReplicaId(options.NodeName!.Aggregate(UInt128.One, (hash, letter) => (hash * 31) + letter)) } : environment;"),
            new PlantEdit("Replication/Store.Judgment.cs", "if (id == Origins[OriginTable.Self] && to > contained) return", "if (id == Origins[OriginTable.Self] && to > contained && !PLANTED) return"),
            new PlantEdit("Replication/ReplicaCore.Messages.cs", "if (id == Self && sequence > Store.Vector[OriginTable.Self]) return", "if (id == Self && sequence > Store.Vector[OriginTable.Self] && !PLANTED) return")),

        // What is another's to send is marked as sent, and left out.
        new("RelayClaimsUnsent",
            new PlantEdit("Replication/ReplicaCore.Sending.cs", "link.BeginTransfer(Store, _sections, link.FullStateRequested);",
                "link.BeginTransfer(Store, PLANTED && !link.FullStateRequested ? _sections.FindAll(static s => s.Origin == OriginTable.Self) : _sections, link.FullStateRequested);")),

        // Of two writes with one timestamp the one that came first wins.
        new("TieByArrival",
            new PlantEdit("Replication/Store.cs", "public Record? LastWriter(Entry entry) => Components.LastWriter(entry, Origins);", """
                public Record? LastWriter(Entry entry)
                    {
                        var winner = Components.LastWriter(entry, Origins);
                        if (winner is null || !PLANTED) return winner;
                        for (var record = entry.Components; record is not null; record = record.NextComponent)
                        {
                            if (record.IsLive && record.Stamp == winner.Stamp) return record;
                        }

                        return winner;
                    }
                """)),

        // The others' contributions to a counter are added again at each change.
        new("AddContribution",
            new PlantEdit("Hosting/LocalState/CounterObject.cs", "var others = SumOfOthers();", "var others = SumOfOthers() + (PLANTED ? _others : 0);")),

        // What has only begun to arrive is acknowledged as if it were applied.
        new("AcknowledgeBeforeApply",
            new PlantEdit("Replication/ReplicaCore.Receiving.cs", "            link.IsStaging = true;\n", "            link.IsStaging = true;\n            if (PLANTED) AcknowledgeEarly(link, body);\n"),
            new PlantEdit("Replication/ReplicaCore.Receiving.cs", "    private OriginRanges PartsOf(int length)", """
                    private void AcknowledgeEarly(Link link, ReadOnlySpan<byte> body)
                    {
                        var mark = link.Reader.Mark;
                        var reader = new DeltaReader(body, link.Reader);
                        if (reader.ReadFloor() is not null && reader.TryReadSection(out var number, out _, out var to))
                        {
                            var offset = BeginFrame();
                            var claimed = new VersionVector();
                            claimed[Store.Origins.IndexOf(link.Reader.Origins[number])] = to;
                            MessageWriter.WriteAcknowledge(Outputs.Frames, link.LastDataNumber, claimed, Store.Origins, OriginRange.All);
                            EndFrame(link, offset, MessageType.Acknowledge);
                        }

                        link.Reader.Return(mark);
                    }

                    private OriginRanges PartsOf(int length)
                """)),

        // An expired entry of a dead origin is never removed.
        new("KeepExpiredOfDeadOrigins",
            new PlantEdit("Hosting/LocalState/KeyedEntry.cs", "if (!ours) return snapshot.ExpiresAt + owner.ExpiryGrace;", "if (!ours) return PLANTED ? Instant.Never : snapshot.ExpiresAt + owner.ExpiryGrace;")),

        // A pending write is not published before an arriving change is applied: it claims to have observed what its author had not seen.
        new("ApplyBeforePending",
            new PlantEdit("Replication/Store.cs", "        Publish(write.Parent);\n", "        if (!PLANTED) Publish(write.Parent);\n")),

        // Causal stability is computed over linked peers only.
        new("StableOverLinks",
            new PlantEdit("Replication/ReplicaCore.Synchronization.cs", "foreach (var member in _memberTable.InOrder()) stable.Meet(member.Link?.Known ?? member.Row);",
                "foreach (var member in _memberTable.InOrder()) stable.Meet(member.Link?.Known ?? (PLANTED ? Store.Vector : member.Row));")),

        // The highest id relays first, not the lowest.
        new("InvertedRelayRank",
            new PlantEdit("Replication/ReplicaCore.Sending.cs", "other.Peer!.Id > Self ||", "(PLANTED ? other.Peer!.Id < Self : other.Peer!.Id > Self) ||")),

        // A live member that is reachable only through others is forgotten.
        new("ForgetIndirectMembers",
            new PlantEdit("Replication/ReplicaCore.Messages.cs", "        member.LastEvidence = _now;\n", "        if (!PLANTED) member.LastEvidence = _now;\n")),
    ];
}
