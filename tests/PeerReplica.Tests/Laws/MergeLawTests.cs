using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;
using Record = PeerReplica.Crdts.Record;

namespace PeerReplica.Tests.Laws;

/// <summary>The laws of merging, over every kind of object at once: what one store says to another, through real wire bytes.</summary>
public sealed class MergeLawTests
{
    [Fact]
    public void Every_kind_has_joined_the_laws()
    {
        var missing = Enum.GetValues<ObjectKind>().Except([ObjectKind.Members]).Except(ObjectKinds.All.Select(k => k.Kind));
        Assert.Empty(missing);
        Assert.Equal(ObjectKinds.All.Count, ObjectKinds.All.Select(k => k.Kind).Distinct().Count());
    }

    [Fact]
    public void Duplicate_delta_changes_nothing() => Scripts.Check(script =>
    {
        var cluster = new StoreCluster(script);
        var (from, to) = (cluster[0], cluster[1]);
        var delta = from.DeltaFor(to);
        to.Deliver(delta);
        var once = to.Describe();
        Assert.Equal((DeltaVerdict.Known, 0), to.Deliver(delta));
        Assert.Equal(once, to.Describe());
        to.CheckInvariants();
    });

    [Fact]
    public void Duplicate_full_state_changes_nothing() => Scripts.Check(script =>
    {
        var cluster = new StoreCluster(script);
        var (from, to) = (cluster[0], cluster[1]);
        var state = from.FullState();
        to.Deliver(state);
        var once = to.Describe();
        Assert.Equal(0, to.Deliver(state).Changed);
        Assert.Equal(once, to.Describe());
        to.CheckInvariants();
    });

    [Fact]
    public void Deltas_of_two_origins_commute() => Scripts.Check(script =>
    {
        var (one, other) = (new StoreCluster(script), new StoreCluster(script));
        Join(one, 0, 1);
        Join(other, 1, 0);
        Assert.Equal(Last(one).Describe(), Last(other).Describe());
        Last(one).CheckInvariants();

        static void Join(StoreCluster cluster, params int[] order)
        {
            foreach (var index in order)
            {
                var from = cluster[index];
                if (from != Last(cluster)) Last(cluster).Deliver(from.DeltaFor(Last(cluster), id => id == from.Id));
            }
        }
    });

    [Fact]
    public void Joins_associate() => Scripts.Check(script =>
    {
        // ((a b) c) d, against a newcomer that takes d, c, b, a; and against (a b) (c d).
        var left = new StoreCluster(script);
        for (var i = 1; i < left.Nodes.Count; i++) StoreCluster.Exchange(left[i], left[0]);

        var right = new StoreCluster(script);
        var newcomer = StoreCluster.Newcomer();
        foreach (var node in right.Nodes.Reverse()) StoreCluster.Exchange(node, newcomer);

        var pairs = new StoreCluster(script);
        for (var i = 0; i + 1 < pairs.Nodes.Count; i += 2) StoreCluster.Exchange(pairs[i + 1], pairs[i]);
        for (var i = pairs.Nodes.Count - 1 & ~1; i > 0; i -= 2) StoreCluster.Exchange(pairs[i], pairs[0]);

        Assert.Equal(left[0].Digest, newcomer.Digest);
        Assert.Equal(left[0].Digest, pairs[0].Digest);
        Assert.Equal(left[0].Describe(), newcomer.Describe());
        Assert.Equal(left[0].Describe(), pairs[0].Describe());
    });

    [Fact]
    public void Delta_merge_equals_full_state_merge() => Scripts.Check(script =>
    {
        var (byDelta, byState) = (new StoreCluster(script), new StoreCluster(script));
        byDelta[1].Deliver(byDelta[0].DeltaFor(byDelta[1]));
        byState[1].Deliver(byState[0].FullState());
        Assert.Equal(byDelta[1].Describe(), byState[1].Describe());
        Assert.Equal(byDelta[1].Digest, byState[1].Digest);
        byState[1].CheckInvariants();
    });

    [Fact]
    public void Repair_of_equal_content_equals_delta_merge() => Scripts.Check(script =>
    {
        var (byDelta, byRepair) = (new StoreCluster(script), new StoreCluster(script));
        byDelta[1].Deliver(byDelta[0].DeltaFor(byDelta[1]));
        byRepair[1].Deliver(byRepair[0].FullState(repair: true));
        Assert.Equal(byDelta[1].Describe(), byRepair[1].Describe());
        byRepair[1].CheckInvariants();
    });

    [Fact]
    public void Delta_merge_equals_full_state_merge_also_when_what_is_stable_was_collected() => Scripts.Check(script =>
    {
        var (byDelta, byState) = (new StoreCluster(script, collects: true), new StoreCluster(script, collects: true));
        Assert.NotEqual(DeltaVerdict.NeedsFullState, byDelta[1].Deliver(byDelta[0].DeltaFor(byDelta[1])).Verdict);
        byState[1].Deliver(byState[0].FullState());
        Assert.Equal(byDelta[1].Describe(dead: false), byState[1].Describe(dead: false));
        Assert.Equal(byDelta[1].Digest, byState[1].Digest);
        byState[1].CheckInvariants();
    });

    [Fact]
    public void Healed_cluster_is_equal_whatever_happened() => Scripts.Check(script =>
    {
        var cluster = new StoreCluster(script, collects: true);
        cluster.Heal();
        foreach (var node in cluster.Nodes)
        {
            Assert.Equal(cluster[0].Describe(dead: false), node.Describe(dead: false));
            Assert.Equal(cluster[0].Digest, node.Digest);
            node.CheckInvariants();
        }
    });

    [Fact]
    public void Store_that_collection_did_not_wait_for_converges_by_the_full_state() => Scripts.Check(script =>
    {
        var cluster = new StoreCluster(script, collects: true, forgotten: 1);
        cluster.Heal();
        foreach (var node in cluster.Nodes)
        {
            Assert.Equal(cluster[0].Describe(dead: false), node.Describe(dead: false));
            Assert.Equal(cluster[0].Digest, node.Digest);
            node.CheckInvariants();
        }
    });

    /// <summary>A script of the law above: two stores, of which one was forgotten, decide about the same slot.</summary>
    [Fact]
    public void Two_decisions_about_a_slot_stay_also_where_one_store_was_forgotten()
    {
        int[] script = [0, 1_666_375_153, 16_350_948, 1_437_779_574, 1_679_400_110, 1_403_843_197, 19_561_773];
        var cluster = new StoreCluster(script, collects: true, forgotten: 1);
        cluster.Heal();
        foreach (var node in cluster.Nodes) Assert.Equal(cluster[0].Describe(dead: false), node.Describe(dead: false));
    }

    [Fact]
    public void Decoding_a_transfer_gives_the_records_that_were_encoded() => Scripts.Check(script =>
    {
        var cluster = new StoreCluster(script);
        var (from, to) = (cluster[0], cluster[1]);
        var sections = from.SectionsFor(to);
        var expected = sections.SelectMany(s => Between(from.Store, s)).Select(r => Text(from.Store, r)).ToList();
        Assert.Equal(expected, Decode(from.Encode(sections)));
    });

    [Fact]
    public void Transfer_in_parts_under_change_delivers_what_it_began_with() => Scripts.Check(script =>
    {
        var (whole, parts) = (new StoreCluster(script), new StoreCluster(script));
        var (atOnce, inParts) = (StoreCluster.Newcomer(), StoreCluster.Newcomer());
        atOnce.Deliver(whole[0].FullState());
        inParts.Deliver(EncodeWhileChanging(parts[0], isFullState: true, seed: script.Sum(n => n & 0xFFFF)));
        Assert.Equal(atOnce.Describe(dead: false), inParts.Describe(dead: false));
        Assert.Equal(atOnce.Digest, inParts.Digest);
        inParts.CheckInvariants();

        // And what changed meanwhile follows as a plain delta.
        StoreCluster.Exchange(parts[0], inParts);
        Assert.Equal(parts[0].Digest, inParts.Digest);
        Assert.Equal(parts[0].Describe(dead: false), inParts.Describe(dead: false));
    });

    [Fact]
    public void Delta_in_parts_under_change_delivers_what_it_began_with() => Scripts.Check(script =>
    {
        var (whole, parts) = (new StoreCluster(script), new StoreCluster(script));
        var (atOnce, inParts) = (StoreCluster.Newcomer(), StoreCluster.Newcomer());
        atOnce.Deliver(whole[0].DeltaFor(atOnce));
        inParts.Deliver(EncodeWhileChanging(parts[0], isFullState: false, seed: script.Sum(n => n & 0xFFFF)));
        Assert.Equal(atOnce.Digest, inParts.Digest);
        Assert.Equal(atOnce.Describe(dead: false), inParts.Describe(dead: false));
        inParts.CheckInvariants();
        StoreCluster.Exchange(parts[0], inParts);
        Assert.Equal(parts[0].Digest, inParts.Digest);
    });

    [Fact]
    public void Transfer_over_a_gap_is_refused_and_touches_nothing() => Scripts.Check(script =>
    {
        var cluster = new StoreCluster(script);
        var (from, to) = (cluster[0], cluster[1]);
        var before = (to.Describe(), to.Digest);
        var gaps = 0;
        foreach (var section in from.SectionsFor(to))
        {
            if (section.To - section.From < 2) continue;
            gaps++;
            var torn = from.SectionsFor(to).Select(s => s == section ? s with { From = s.From + 1 } : s).ToList();
            Assert.Equal(DeltaVerdict.Gap, to.Deliver(from.Encode(torn)).Verdict);
            Assert.Equal(before, (to.Describe(), to.Digest));
        }

        if (gaps == 0) return;
        to.Deliver(from.DeltaFor(to));
        Assert.NotEqual(before.Digest, to.Digest);
    });

    [Fact]
    public void Delta_that_claims_changes_of_the_receiver_is_refused_and_touches_nothing()
    {
        var (from, to) = (new StoreNode(0), new StoreNode(1));
        var kind = ObjectKinds.All[0];
        to.Write(kind, 0, 1, new HybridTimestamp(5));
        var impostor = new StoreNode(1);
        impostor.Write(kind, 0, 7, new HybridTimestamp(6));
        impostor.Write(kind, 0, 8, new HybridTimestamp(7));
        from.Deliver(impostor.DeltaFor(from));
        var before = to.Describe();
        Assert.Equal(DeltaVerdict.ForgedOrigin, to.Deliver(from.DeltaFor(to)).Verdict);
        Assert.Equal(before, to.Describe());
    }

    private static StoreNode Last(StoreCluster cluster) => cluster[cluster.Nodes.Count - 1];

    /// <summary>Cuts the full state into parts of a few bytes, with a local write between any two.</summary>
    private static Delta EncodeWhileChanging(StoreNode node, bool isFullState, int seed)
    {
        var random = new Random(seed);
        var transfer = new OutgoingTransfer();
        transfer.Begin(node.Store, node.SectionsFor(null), isFullState);
        var writer = new DeltaWriter();
        var body = new FrameBuffer();
        writer.BeginTransfer(node.Store.Floor, node.Store.Origins);
        node.Store.OpenSnapshot(transfer);
        while (true)
        {
            var complete = writer.Fill(node.Store, transfer, 1 + random.Next(120), StoreNode.Now);
            var part = writer.Waiting;
            body.Write(part);
            writer.Cut(part.Length);
            if (complete) break;
            var kind = ObjectKinds.All[random.Next(ObjectKinds.All.Count)];
            var value = kind.CanRemove && random.Next(3) == 0 ? (int?)null : random.Next(100);
            node.Write(kind, random.Next(kind.Keys), value, new HybridTimestamp(2_000_000_000_000, 0));
        }

        node.Store.CloseSnapshot(transfer);
        var flags = DataFlags.First | DataFlags.Last | DataFlags.Fresh;
        return new Delta(body.Written.ToArray(), isFullState ? flags | DataFlags.FullState : flags);
    }

    private static IEnumerable<Record> Between(Store store, TransferSection section)
    {
        for (var record = store.Log(section.Origin).After(section.From); record is not null; record = record.LogNext)
        {
            if (record.Sequence <= section.To) yield return record;
        }
    }

    private static string Text(Store store, Record record)
    {
        var remaining = record.ExpiresAt.Ticks == 0 ? 0 : (ulong)(record.ExpiresAt - StoreNode.Now).TotalMilliseconds;
        var observed = (record.Observed ?? []).Select(d => $"{store.Origins[d.Origin]}:{d.Sequence}");
        return $"{record.Parent.Object} {Convert.ToHexString(((OpaqueEntry)record.Parent).Key)} {store.Origins[record.Origin]}:{record.Sequence}"
            + $" {record.Stamp.Bits} {Convert.ToHexString(record.Payload.AsSpan())} {record.IsRemoval} {remaining} [{string.Join(' ', observed)}]";
    }

    private static List<string> Decode(Delta delta)
    {
        var state = new DeltaReaderState();
        var reader = new DeltaReader(delta.Body, state);
        var decoded = new List<string>();
        var raw = default(RawRecord);
        Assert.NotNull(reader.ReadFloor());
        while (!reader.End)
        {
            Assert.True(reader.TryReadSection(out var origin, out _, out _));
            while (!reader.TryEndSection())
            {
                Assert.True(reader.TryReadRecord(ref raw));
                var observed = raw.Observed.ToArray().Select(d => $"{state.Origins[d.Origin]}:{d.Sequence}");
                decoded.Add(
                    $"{state.Objects[raw.Object]} {Convert.ToHexString(raw.Key)} {state.Origins[origin]}:{raw.Sequence}"
                    + $" {raw.Stamp.Bits} {Convert.ToHexString(raw.Payload)} {raw.Has(RecordFlags.Removal)} {raw.RemainingMilliseconds}"
                    + $" [{string.Join(' ', observed)}]");
            }
        }

        return decoded;
    }
}
