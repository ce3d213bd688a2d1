using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Hosting.LocalState;
using PeerReplica.Wire;
using Record = PeerReplica.Crdts.Record;

namespace PeerReplica.Tests.LocalState;

/// <summary>What an entry shows while its records are overwritten in place.</summary>
public class KeyedEntryTests
{
    private const int Keys = 4;
    private const int Rounds = 500_000;
    private static readonly string[] s_names = [.. Enumerable.Range(0, Keys).Select(i => $"{i}")];
    private static readonly HybridTimestamp s_late = new(1L << 41, 0);

    /// <summary>Records go from one key to the other by way of the pool meanwhile, and peers' updates take the places of what readers look at.</summary>
    [Fact]
    public async Task A_reader_sees_a_whole_value_of_its_own_key_whoever_writes()
    {
        var node = new MapNode<Wide>(1);
        var peer = node.Store.Origins.IndexOf(new ReplicaId(2));
        var writes = Enumerable.Range(0, Keys * 16).Select(i => node.Map.NewWrite(new Wide(i % Keys, i))).ToArray();
        var updates = Enumerable.Range(0, Keys).Select(key => Update(node, Name(key), new Wide(key, -1))).ToArray();
        for (var key = 0; key < Keys; key++) node.Map.Write(Name(key), writes[key]);
        node.Publish();
        await WithReadersAsync(
            round =>
            {
                node.Map.Write(Name(round % Keys), writes[round % writes.Length]);
                if (round % 2 == 0) node.Publish();
                if (round % 3 == 0) Receive(node, updates[(round + 1) % Keys], peer, (ulong)round);
            },
            read =>
            {
                Assert.True(node.Map.TryGet(Name(read % Keys), out var value));
                if (!value.IsWholeOf(read % Keys)) Assert.Fail($"{value} under {read % Keys}");
            });
    }

    [Fact]
    public async Task A_write_while_others_are_published_is_published_after_them_and_none_is_lost()
    {
        var node = new MapNode<long>(1);
        node.Set("key", 0);
        node.Publish();
        var entry = node.Map.Lookup("key")!;
        var isOver = false;
        var loop = OwnThread.Start(() =>
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
        var first = entry.Pending(1)!;
        node.Set("key", 2);
        Assert.Equal(1, ValueOf(first));
        Assert.True(entry.HasUnpublishedView);
        Assert.Equal(2, Read(entry));
        var second = entry.Pending(2)!;
        node.Set("key", 3);
        Assert.Equal(2, ValueOf(second));
        Assert.Equal(3, Read(entry));
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
        Assert.Same(entry, ((IKeyedView)entry).View);
        Assert.Equal([1UL, 2UL], Sequences(node.Store.Log(peer).Head));
        Assert.Equal(2, Read((KeyedEntry<string, long>)entry));
        Assert.False(watcher.TakeAsync(default).IsCompleted, "nothing that can be seen has changed");
        Assert.True(changes > 0);
    }

    [Fact]
    public void The_first_write_of_a_new_entry_stands_in_it()
    {
        var node = new MapNode<long>(1);
        node.Set("k", 1);
        var entry = node.Map.Lookup("k")!;
        Assert.Same(entry, ((IKeyedView)entry).View);
        Assert.True(entry.HasUnpublishedView);
        node.Set("k", 2);
        Assert.Same(entry, node.Store.Publish(entry));
        Assert.Equal(2, Read(entry));
        node.Set("k", 3);
        Assert.Equal(2, ValueOf(entry));
        Assert.Equal(3, Read(entry));
    }

    [Fact]
    public void An_unpublished_write_in_an_entry_stays_there_whatever_arrives_just_then()
    {
        var node = new MapNode<long>(1);
        var peer = node.Store.Origins.IndexOf(new ReplicaId(2));
        node.Set("k", 1);
        var entry = node.Map.Lookup("k")!;
        var update = Update(node, "k", 5L);
        (update.Origin, update.Sequence, update.Stamp) = (peer, 1, s_late);

        // As when the write is made after the loop looked whether there is one.
        entry.BeginChange();
        Components.Put(entry, null, update, _ => { }, out _);
        entry.EndChange();
        node.Store.Log(peer).Insert(entry.Component(peer)!);
        Assert.Null(Components.TakeIn(entry));
        Assert.Equal(1, Read(entry));
        Assert.Equal(5, ValueOf(entry.Component(peer)!));
        Assert.Same(entry, node.Store.Publish(entry));
        Assert.Equal(1, Read(entry));
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
        var (update, removal) = (Update(node, "k", 2L), new DetachedRecord());
        removal.BelongTo(update.Parent);
        await WithReadersAsync(
            round => Receive(node, round % 2 == 0 ? removal : update, second, (ulong)round),
            _ =>
            {
                if (!node.Map.TryGet("k", out var value) || value is not (1 or 2)) Assert.Fail($"{value}");
                if (!node.Map.IsVisible("k")) Assert.Fail("It is not visible.");
            });
    }

    [Fact]
    public void Whoever_writes_while_another_is_just_putting_the_entry_into_the_queue_puts_it_there_too()
    {
        var node = new QueueNode();
        node.OnMarked = () => node.Set("key", 2);
        node.Set("key", 1);
        Assert.Equal(2, node.Marked);
        node.OnMarked = null;
        node.Set("key", 3);
        Assert.Equal(2, node.Marked);
    }

    [Fact]
    public void A_removal_of_what_is_not_there_leaves_nothing_to_publish()
    {
        var node = new MapNode<long>(1);
        node.Set("key", 1);
        node.Publish();
        Assert.True(node.Map.Write("key", default));
        node.Publish();
        Assert.False(node.Map.Write("key", default));
        Assert.Null(node.Store.Publish(node.Map.Lookup("key")!));
    }

    private static long Read(KeyedEntry<string, long> entry) => entry.TryGet(out var value) ? value : throw new InvalidOperationException("There is no value.");

    private static long ValueOf(Record record)
    {
        var output = new FrameBuffer();
        record.Parent.EncodePayload(record, output);
        var reader = new SpanReader(output.Written);
        return reader.TryReadInt(out var value) ? value : throw new InvalidOperationException("The payload is no number.");
    }

    private static IEnumerable<ulong> Sequences(Record? head)
    {
        for (var record = head; record is not null; record = record.LogNext) yield return record.Sequence;
    }

    private static void Receive<T>(
        MapNode<T> node, string key, T value, int origin, ulong sequence, Dot? observed = null, HybridTimestamp? stamp = null, bool isRemoval = false)
    {
        var update = Update(node, key, value);
        if (isRemoval) update.Reset();
        if (observed is { } dot) update.Observed = [dot];
        Receive(node, update, origin, sequence, stamp);
    }

    private static void Receive<T>(MapNode<T> node, DetachedRecord update, int origin, ulong sequence, HybridTimestamp? stamp = null)
    {
        (update.Origin, update.Sequence, update.Stamp) = (origin, sequence, stamp ?? s_late);
        node.Store.Apply(update);
    }

    /// <summary>A write that arrived, to be used as often as one likes.</summary>
    private static ValueRecord<T> Update<T>(MapNode<T> node, string key, T value)
    {
        var encoded = new FrameBuffer();
        encoded.WriteText(key);
        var entry = node.Map.EntryOf(encoded.Written);
        encoded.Reset();
        node.Map.ValueCodec.Encode(value, encoded);
        var update = new ValueRecord<T> { Value = value, HasValue = true, Payload = encoded.Written.ToArray() };
        update.BelongTo(entry);
        return update;
    }

    private static string Name(int key) => s_names[key];

    /// <summary>Changes things on this thread, as the loop, while others read.</summary>
    private static async Task WithReadersAsync(Action<int> change, Action<int> read)
    {
        var isOver = false;
        var readers = Enumerable.Range(0, 2).Select(_ => OwnThread.Start(() =>
        {
            for (var i = 0; !Volatile.Read(ref isOver); i++) read(i);
        })).ToArray();
        for (var round = 1; round <= Rounds; round++) change(round);
        Volatile.Write(ref isOver, true);
        await Task.WhenAll(readers);
    }

    /// <summary>More than is read or written at once.</summary>
    public readonly record struct Wide(long A, long B, long C, long D, long E, long F)
    {
        public Wide(int key, long round)
            : this(key, round, key + round, round ^ key, round - key, round)
        {
        }

        public bool IsWholeOf(int key) => this == new Wide(key, B);
    }

    private sealed class QueueNode() : MapNode<long>(1)
    {
        public int Marked { get; private set; }

        public Action? OnMarked { get; set; }

        public override void MarkDirty(Entry entry)
        {
            Marked++;
            var marked = OnMarked;
            OnMarked = null;
            marked?.Invoke();
        }
    }
}
