using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Hosting.LocalState;
using PeerReplica.Replication;
using PeerReplica.Tests.Api;
using PeerReplica.Tests.Laws;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>The bounds of loops under the gate, by counting what they do and never by time.</summary>
public sealed class WorkBoundTests
{
    private const DataFlags Whole = DataFlags.First | DataFlags.Last | DataFlags.Fresh;
    private static readonly ObjectKinds s_map = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Map);

    [Theory]
    [InlineData(1_000, 100)]
    [InlineData(10_000, 5_000)]
    [InlineData(20_000, 20_000)]
    public void Records_that_changed_during_a_transfer_cost_the_receiver_one_walk_over_the_log(int records, int changed)
    {
        var (from, to) = (new StoreNode(0), new StoreNode(1));
        for (var i = 0; i < records; i++) from.Write(s_map, i, 1, new HybridTimestamp(5));
        var writer = new DeltaWriter();
        writer.BeginTransfer(from.Store.Floor, from.Store.Origins);
        var transfer = new OutgoingTransfer();
        transfer.Begin(from.Store, from.SectionsFor(to), isFullState: false);
        writer.Fill(from.Store, transfer, 100, StoreNode.Now);
        from.Store.OpenSnapshot(transfer);
        foreach (var key in Enumerable.Range(0, records).OrderBy(i => (i * 7919L) % records).Take(changed)) from.Write(s_map, key, 2, new HybridTimestamp(6));
        Assert.True(writer.Fill(from.Store, transfer, int.MaxValue, StoreNode.Now));
        from.Store.CloseSnapshot(transfer);

        Assert.Equal(DeltaVerdict.Applied, to.Deliver(new Delta(writer.Waiting.ToArray(), Whole)).Verdict);
        var log = to.Store.Log(to.Store.Origins.IndexOf(from.Id));
        Assert.InRange(log.Steps, 0, records);
        to.CheckInvariants();
        Assert.Equal(DeltaVerdict.Applied, to.Deliver(from.DeltaFor(to)).Verdict);
        Assert.Equal(from.Digest, to.Digest);
        Assert.Equal(from.Describe(), to.Describe());
    }

    [Fact]
    public void A_repair_costs_a_few_walks_over_the_log_and_not_one_for_each_record()
    {
        const int Records = 5_000;
        var (from, to) = (new StoreNode(0), new StoreNode(1));
        for (var i = 0; i < Records; i++) from.Write(s_map, i, 1, new HybridTimestamp(5));
        to.Deliver(from.DeltaFor(to));
        var log = to.Store.Log(to.Store.Origins.IndexOf(from.Id));
        var before = log.Steps;
        to.Deliver(from.FullState(repair: true));
        Assert.InRange(log.Steps - before, 0, 3 * Records);
        Assert.Equal(from.Digest, to.Digest);
    }

    [Fact]
    public void A_log_with_late_records_is_the_same_as_one_that_was_filled_in_order_whatever_comes_between()
    {
        for (var seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var log = new OriginLog();
            var model = new SortedDictionary<ulong, DetachedRecord>();
            for (var i = 0; i < 200; i++)
            {
                var sequence = (ulong)random.Next(1, 300);
                if (model.Remove(sequence, out var known))
                {
                    log.Unlink(known);
                    if (random.Next(2) == 0) continue;

                    // The same object as another record, which is how an entry's next write takes the last one's place.
                    known.Sequence = (ulong)random.Next(300, 100_000);
                    if (model.TryAdd(known.Sequence, known)) log.Insert(known);
                }
                else
                {
                    var added = new DetachedRecord { Sequence = sequence };
                    model.Add(sequence, added);
                    log.Insert(added);
                }

                Assert.Equal(model.GetValueOrDefault(sequence), log.Find(sequence));
                if (random.Next(20) == 0) log.Settle();
            }

            log.Settle();
            Assert.True(log.IsSettled);
            var forward = new List<ulong>();
            for (var record = log.Head; record is not null; record = record.LogNext) forward.Add(record.Sequence);
            var backward = new List<ulong>();
            for (var record = log.Tail; record is not null; record = record.LogPrevious) backward.Add(record.Sequence);
            Assert.Equal(model.Keys, forward);
            Assert.Equal(model.Keys.Reverse(), backward);
        }
    }

    [Fact]
    public void Steps_with_nothing_to_do_compare_no_vectors()
    {
        var pair = new CorePair();
        for (byte i = 0; i < 20; i++) pair.Write(i % 2, i, 1);
        pair.Run(TimeSpan.FromSeconds(5));
        var before = pair[0].Counters.VectorsCompared;
        for (var i = 0; i < 1_000; i++) pair.Pump(0);
        Assert.Equal(before, pair[0].Counters.VectorsCompared);
        pair.Write(0, 1, 2);
        Assert.True(pair[0].Counters.VectorsCompared > before);
        Assert.True(pair.AreEqual);
    }

    [Fact]
    public void A_counter_with_contributions_of_many_replicas_is_added_up_once_and_not_for_each_change()
    {
        using var cluster = Simulated.Cluster(3, b => b.AddCounter("c"));
        for (var i = 1; i <= 50; i++)
        {
            for (var replica = 0; replica < 3; replica++) cluster.On(replica).GetCounter("c").Add(i);
            cluster.RunFor(TimeSpan.FromMilliseconds(20));
        }

        cluster.RunUntilConverged();
        cluster.Replicas[2].Crash();
        cluster.Replicas[2].Start();
        cluster.RunUntilMeshed();
        cluster.On(2).GetCounter("c").Add(-5);
        cluster.RunUntilConverged();
        foreach (var replica in cluster.Replicas)
        {
            Assert.Equal((3 * 50 * 51 / 2) - 5, replica.Replica.GetCounter("c").Value);
            var counter = (CounterObject)replica.Run!.Node.Host.Registered.Single(r => r.Identity.Name == "c");
            Assert.Equal(0, ((ICounterView)counter.Find([MessagePackCode.Nil])!).FullCounts);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Records_of_40_000_origins_on_one_key_are_not_walked_past_for_each_of_them(bool eachObservesTheLast)
    {
        const int Records = 40_000;
        var (from, to, late) = (new StoreNode(0), new StoreNode(1), new StoreNode(2));
        foreach (var store in (Store[])[from.Store, to.Store, late.Store])
        {
            // As a view does after each change.
            store.RecordAdded = record => store.LastWriter(record.Parent);
            store.RecordSwept = entry => store.LastWriter(entry);
        }

        MakeUpOrigins(from, Records, eachObservesTheLast);
        Assert.InRange(LongWalksOf(from), 0, ComponentIndex.BuiltAbove * ComponentIndex.BuiltAbove);
        foreach (var node in (StoreNode[])[to, late])
        {
            Assert.Equal(DeltaVerdict.Applied, node.Deliver(from.DeltaFor(node)).Verdict);
            Assert.InRange(LongWalksOf(node), 0, ComponentIndex.BuiltAbove * ComponentIndex.BuiltAbove);
            Assert.Equal(from.Digest, node.Digest);
        }

        // A write observes every record: one walk here, none at the receiver.
        var (before, beforeFrom) = (LongWalksOf(to), LongWalksOf(from));
        to.Write(s_map, 1, 7, new HybridTimestamp(9));
        Assert.InRange(LongWalksOf(to) - before, Records, Records + 100);
        Assert.Equal(DeltaVerdict.Applied, from.Deliver(to.DeltaFor(from)).Verdict);
        Assert.Equal(beforeFrom, LongWalksOf(from));
        Assert.Equal((1L, to.Digest), (from.Store.LiveRecords, from.Digest));

        // What all contain is collected, and removed where a full state brings the news.
        to.Store.Collect(to.Store.Vector, int.MaxValue);
        Assert.Single(to.Records());
        Assert.Equal(DeltaVerdict.NeedsFullState, late.Deliver(to.DeltaFor(late)).Verdict);
        var beforeLate = LongWalksOf(late);
        Assert.Equal(DeltaVerdict.Applied, late.Deliver(to.FullState()).Verdict);
        Assert.InRange(LongWalksOf(late) - beforeLate, 0, 100);
        Assert.Equal(to.Describe(), late.Describe());
    }

    [Fact]
    public void A_collection_looks_at_as_many_records_as_it_may_and_not_at_as_many_entries()
    {
        var node = new StoreNode(0);
        for (var key = 0; key < 4; key++)
        {
            MakeUpOrigins(node, 1_000, eachObservesTheLast: false, key);
            node.Write(s_map, key, 7, new HybridTimestamp(9));
        }

        Assert.False(node.Store.Collect(node.Store.Vector, 1_500));
        Assert.Equal(2, node.Store.CollectionQueueLength);
        Assert.True(node.Store.Collect(node.Store.Vector, 10_000));
        Assert.Equal(0, node.Store.CollectionQueueLength);
    }

    /// <summary>Changes of one key by origins that there are not.</summary>
    private static void MakeUpOrigins(StoreNode node, int count, bool eachObservesTheLast, int key = 1)
    {
        var last = default(Dot);
        for (var i = 0; i < count; i++)
        {
            var origin = node.Store.Origins.IndexOf(new ReplicaId((UInt128)(10_000_000 + i)));
            var write = new DetachedRecord
            {
                Payload = s_map.Payload(i),
                Stamp = new HybridTimestamp((ulong)(i % 3)),
                Origin = origin,
                Sequence = node.Store.Vector[origin] + 1,
                Observed = eachObservesTheLast && i > 0 ? [last] : null,
            };
            write.BelongTo(node.EntryOf(s_map, key));
            last = write.Dot;
            node.Store.Apply(write);
            node.Store.Vector[origin] = last.Sequence;
        }
    }

    private static long LongWalksOf(StoreNode node) => node.Store.ObjectOf(s_map.Identity).LongWalks;

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(31)]
    public void The_first_origin_above_another_vector_is_the_one_that_a_plain_loop_finds(int length)
    {
        var random = new Random(length);
        for (var round = 0; round < 500; round++)
        {
            var (a, b) = (new VersionVector(), new VersionVector());
            for (var i = 0; i < length; i++)
            {
                a[i] = (ulong)random.Next(4) << (random.Next(2) * 62);
                if (random.Next(3) > 0) b[i] = random.Next(6) == 0 ? (ulong)random.Next(4) << 62 : a[i];
            }

            for (var from = 0; from <= length; from++)
            {
                var expected = Enumerable.Range(from, Math.Max(0, 64 - from)).Where(i => a[i] > b[i]).DefaultIfEmpty(-1).First();
                Assert.Equal(expected, a.FirstAbove(b, from));
            }
        }
    }
}
