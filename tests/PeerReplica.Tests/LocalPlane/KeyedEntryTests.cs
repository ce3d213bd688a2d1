using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Hosting.LocalPlane;
using PeerReplica.Wire;
using Record = PeerReplica.Crdts.Record;

namespace PeerReplica.Tests.LocalPlane;

/// <summary>What an entry shows while its records are overwritten in place.</summary>
public class KeyedEntryTests
{
    private const int Keys = 4;
    private const int Rounds = 30_000;
    private static readonly HybridTimestamp s_late = new(1L << 41, 0);

    /// <summary>Records go from one key to the other by way of the pool meanwhile, and peers' updates take the places of what readers look at.</summary>
    [Fact]
    public async Task A_reader_sees_a_whole_value_of_its_own_key_whoever_writes()
    {
        var node = new MapNode<Wide>(1);
        var peer = node.Store.Origins.IndexOf(new ReplicaId(2));
        for (var key = 0; key < Keys; key++) node.Set($"{key}", new Wide(key, 0));
        node.Publish();
        var isOver = false;
        var readers = Enumerable.Range(0, 2).Select(_ => Start(() =>
        {
            var read = 0;
            for (; !Volatile.Read(ref isOver) || read < Rounds; read++)
            {
                Assert.True(node.Map.TryGet($"{read % Keys}", out var value));
                Assert.True(value.IsWholeOf(read % Keys), $"{value} under {read % Keys}");
            }
        })).ToArray();

        for (var round = 1; round <= Rounds; round++)
        {
            var key = round % Keys;
            node.Set($"{key}", new Wide(key, round));
            if (round % 2 == 0) node.Publish();
            if (round % 3 == 0) Receive(node, $"{(key + 1) % Keys}", new Wide((key + 1) % Keys, -round), peer, (ulong)round);
        }

        Volatile.Write(ref isOver, true);
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task A_write_while_others_are_published_is_published_after_them_and_none_is_lost()
    {
        var node = new MapNode<long>(1);
        node.Set("key", 0);
        node.Publish();
        var entry = node.Map.Lookup("key")!;
        var isOver = false;
        var loop = Start(() =>
        {
            var last = 0L;
            while (!Volatile.Read(ref isOver) || entry.HasUnpublishedView)
            {
                node.Store.Publish(entry);
                var published = ValueOf(entry.Component(OriginTable.Self)!);
                Assert.True(published >= last, $"{published} after {last}");
                last = published;
            }
        });
        for (var i = 1L; i <= Rounds; i++)
        {
            node.Set("key", i);
            Assert.True(entry.TryGet(out var read));
            Assert.Equal(i, read);
        }

        Volatile.Write(ref isOver, true);
        await loop;
        Assert.Equal(Rounds, ValueOf(entry.Component(OriginTable.Self)!));
        Assert.Equal(Rounds, Read(entry));
    }

    [Fact]
    public void What_was_given_its_dot_is_not_changed_by_later_writes()
    {
        var node = new MapNode<long>(1);
        node.Set("key", 1);
        var entry = node.Map.Lookup("key")!;
        var first = (ValueRecord<long>)entry.Pending(1)!;
        node.Set("key", 2);
        Assert.Equal(1, first.Value);
        Assert.True(entry.HasUnpublishedView);
        Assert.Equal(2, Read(entry));
    }

    [Fact]
    public void A_write_in_place_of_an_unpublished_one_is_never_stamped_before_it()
    {
        var node = new MapNode<long>(1);
        node.Set("key", 1);
        node.Clock = new(1, 0);
        node.Set("key", 2);
        node.Publish();
        Assert.Equal(MapNode<long>.Noon, node.Map.Lookup("key")!.Component(OriginTable.Self)!.Stamp);
    }

    [Fact]
    public void A_record_beside_its_entry_comes_into_it_once_there_is_room()
    {
        var node = new MapNode<long>(1);
        var peer = node.Store.Origins.IndexOf(new ReplicaId(2));
        var (changes, entry) = (0, node.Map.EntryOf([0xA1, (byte)'k']));
        using var watcher = node.Map.Watch(8);
        node.Set("k", 1);
        node.Publish();
        Receive(node, "k", 2, peer, 1, observed: new Dot(OriginTable.Self, 1));
        Receive(node, "l", 3, peer, 2);
        Assert.NotSame(entry, entry.Component(peer));
        Assert.Equal(2, Read((KeyedEntry<string, long>)entry));
        while (watcher.TakeAsync(default) is { IsCompleted: true }) changes++;

        node.Store.Vector.Raise(peer, 2);
        node.Store.Collect(node.Store.Vector.Copy(), 10);
        Assert.Same(entry, entry.Component(peer));
        Assert.Null(entry.NextComponent);
        Assert.Same(entry, node.Store.Log(peer).Head);
        Assert.Equal([1UL, 2UL], Sequences(node.Store.Log(peer).Head));
        Assert.Equal(2, Read((KeyedEntry<string, long>)entry));
        Assert.False(watcher.TakeAsync(default).IsCompleted, "nothing that can be seen has changed");
        Assert.True(changes > 0);
    }

    [Fact]
    public void A_removal_leaves_what_another_wrote_meanwhile()
    {
        var node = new MapNode<long>(1);
        var (first, second) = (node.Store.Origins.IndexOf(new ReplicaId(2)), node.Store.Origins.IndexOf(new ReplicaId(3)));
        Receive(node, "k", 1, first, 1, stamp: MapNode<long>.Noon);
        Receive(node, "k", 2, second, 1);
        Receive(node, "k", 0, second, 2, isRemoval: true);
        Assert.True(node.Map.TryGet("k", out var value));
        Assert.Equal(1, value);
    }

    [Fact]
    public async Task What_is_visible_throughout_is_seen_throughout()
    {
        var node = new MapNode<long>(1);
        var (first, second) = (node.Store.Origins.IndexOf(new ReplicaId(2)), node.Store.Origins.IndexOf(new ReplicaId(3)));
        Receive(node, "k", 1, first, 1, stamp: MapNode<long>.Noon);
        var isOver = false;
        var reader = Start(() =>
        {
            for (var read = 0; !Volatile.Read(ref isOver) || read < Rounds; read++)
            {
                Assert.True(node.Map.TryGet("k", out var value));
                Assert.InRange(value, 1, 2);
                Assert.True(node.Map.IsVisible("k"));
            }
        });
        for (var round = 1; round <= Rounds; round++) Receive(node, "k", 2, second, (ulong)round, isRemoval: round % 2 == 0);
        Volatile.Write(ref isOver, true);
        await reader;
    }

    private static long Read(KeyedEntry<string, long> entry) => entry.TryGet(out var value) ? value : throw new InvalidOperationException("There is no value.");

    private static long ValueOf(Record record)
    {
        var output = new FrameBuffer();
        record.Parent.EncodePayload(record, output);
        var reader = new MessagePackReader(output.Written);
        return reader.TryReadInt(out var value) ? value : throw new InvalidOperationException("The payload is no number.");
    }

    private static IEnumerable<ulong> Sequences(Record? head)
    {
        for (var record = head; record is not null; record = record.LogNext) yield return record.Sequence;
    }

    private static void Receive<T>(MapNode<T> node, string key, T value, int origin, ulong sequence, Dot? observed = null, HybridTimestamp? stamp = null, bool isRemoval = false)
    {
        var encoded = new FrameBuffer();
        encoded.WriteString(key);
        var entry = node.Map.EntryOf(encoded.Written);
        encoded.Reset();
        node.Map.ValueCodec.Encode(value, encoded);
        var write = isRemoval ? new SideRecord() : entry.Arrived(encoded.Written);
        write.BelongTo(entry);
        (write.Origin, write.Sequence, write.Stamp) = (origin, sequence, stamp ?? s_late);
        if (observed is { } dot) write.Observed = [dot];
        node.Store.Apply(write);
    }

    private static Task Start(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>More than is read or written at once.</summary>
    public readonly record struct Wide(long A, long B, long C, long D, long E, long F)
    {
        public Wide(int key, long round)
            : this(key, round, key + round, round ^ key, round - key, round)
        {
        }

        public bool IsWholeOf(int key) => this == new Wide(key, B);
    }
}
