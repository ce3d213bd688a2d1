using System.Buffers;
using PeerReplica.Benchmarks.InProcess;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Hosting.Codecs;
using PeerReplica.Hosting.LocalState;
using PeerReplica.Wire;

namespace PeerReplica.Tests.LocalState;

public class EntryTableTests
{
    private static readonly SystemTextJsonReplicaSerializer s_serializer = new();

    [Fact]
    public void Keys_of_every_kind_are_found_by_value_and_by_bytes_until_they_are_removed()
    {
        CompareWithModel(i => i % 3 == 0 ? new string('ü', i) : $"key {i}", o => new TextKeyTable<int>(o));
        CompareWithModel(i => (long)i, o => new NativeKeyTable<long, int>(o));
        CompareWithModel(i => Math.BigMul(i, long.MaxValue, out _) + i, o => new NativeKeyTable<long, int>(o));
        CompareWithModel(i => new DateTime(i, (DateTimeKind)(i % 3)), o => new NativeKeyTable<DateTime, int>(o));
        CompareWithModel(i => new Guid(i, 0, 0, new byte[8]), o => new NativeKeyTable<Guid, int>(o));
        CompareWithModel(i => new Seat(i, $"{i}"), o => new EncodedKeyTable<Seat, int>(o));
    }

    [Fact]
    public void Bytes_are_a_key_by_their_content_which_the_caller_cannot_change()
    {
        var table = new NativeKeyTable<byte[], int>(Owner<byte[]>());
        byte[] key = [1, 2, 3];
        var entry = table.FindOrAdd(key, default);
        key[0] = 9;
        Assert.Null(table.Find(key));
        Assert.Same(entry, table.Find([1, 2, 3]));
    }

    [Fact]
    public void Keys_with_one_hash_are_told_apart()
    {
        CompareWithModel(i => (i * 0x1_0000_0001L) ^ 42, o => new NativeKeyTable<long, int>(o));
    }

    [Fact]
    public void A_key_that_two_add_has_one_entry()
    {
        var table = new TextKeyTable<int>(Owner<string>());
        Assert.Same(table.FindOrAdd("key", default), table.FindOrAdd("key", default));
        Assert.Same(table.Find("key"), table.FindOrAddEncoded([0xA3, .. "key"u8]));
        Assert.Single(table.Entries);
    }

    [Fact]
    public Task What_is_there_is_found_while_the_table_grows() =>
        LookWhileItGrowsAsync(lasting => Assert.All(lasting.Entries, e => Assert.Same(e, lasting.Table.Find(e.Key))));

    [Fact]
    public Task What_is_there_is_given_once_while_the_table_grows() => LookWhileItGrowsAsync(lasting =>
    {
        var given = lasting.Table.Entries.Where(lasting.Entries.Contains).ToList();
        Assert.Equal(lasting.Entries.Count, given.Count);
        Assert.Equal(lasting.Entries, given.ToHashSet());
    });

    [Fact]
    public async Task Threads_that_add_the_same_keys_agree_on_their_entries()
    {
        const int Keys = 20_000;
        var table = new NativeKeyTable<long, int>(Owner<long>());
        var found = new KeyedEntry<long, int>[2][];
        await Task.WhenAll(Enumerable.Range(0, 2).Select(thread => OwnThread.Start(() =>
        {
            found[thread] = [.. Enumerable.Range(0, Keys).Select(i => table.FindOrAdd(thread == 0 ? i : Keys - 1 - i, default))];
        })));
        Array.Reverse(found[1]);
        Assert.Equal(found[0], found[1]);
        Assert.Equal(Keys, table.Entries.Count());
    }

    /// <summary>The order in which a map is cleared is that in which the changes get their dots: a simulation must find the same twice.</summary>
    [Fact]
    public void The_order_of_entries_follows_from_the_seed_and_what_was_added()
    {
        var tables = Enumerable.Range(0, 2).Select(_ => new TextKeyTable<int>(Owner<string>())).ToList();
        foreach (var table in tables)
        {
            foreach (var i in Enumerable.Range(0, 1_000)) table.FindOrAdd($"{i}", default);
        }

        Assert.Equal(tables[0].Entries.Select(e => e.Key), tables[1].Entries.Select(e => e.Key));
    }

    [Fact]
    public void The_serializer_of_keys_runs_once_for_a_write_whether_the_key_is_new_or_not()
    {
        var serializer = new CountingSerializer();
        var map = Owner<Seat>(serializer);

        // The first keys of a type are read back and written again, to see that they survive.
        for (var i = 0; i < 8; i++) map.Write(new Seat(0, "a"), map.NewWrite(1));
        var before = serializer.Serialized;
        map.Write(new Seat(1, "a"), map.NewWrite(1));
        Assert.Equal(1, serializer.Serialized - before);
        map.Write(new Seat(1, "a"), map.NewWrite(2));
        Assert.Equal(2, serializer.Serialized - before);
    }

    [Fact]
    public void Keys_that_come_and_go_for_ever_take_no_more_room()
    {
        var table = new NativeKeyTable<long, int>(Owner<long>());
        void Pass(int from)
        {
            for (var i = from; i < from + 100_000; i++) table.Remove(table.FindOrAdd(i, default));
        }

        Pass(0);
        Assert.InRange(Allocations.Least(() => Pass(1_000_000)) / 100_000, 0, 300);
        Assert.Empty(table.Entries);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000)]
    public void A_table_shrinks_with_what_is_removed_also_when_nothing_is_added_again(int left)
    {
        var table = new NativeKeyTable<long, int>(Owner<long>());
        var entries = Enumerable.Range(0, 100_000).Select(i => table.FindOrAdd(i, default)).ToArray();
        Assert.True(table.Slots >= 100_000);
        foreach (var entry in entries[left..]) table.Remove(entry);
        Assert.InRange(table.Slots, left, Math.Max(8, left * 10));
        Assert.Equal(entries[..left].ToHashSet(), table.Entries.ToHashSet());
        Assert.All(entries[..left], e => Assert.Same(e, table.Find(e.Key)));
    }

    [Fact]
    public void What_stays_is_given_once_by_an_enumeration_during_which_the_table_shrinks_and_grows()
    {
        var table = new NativeKeyTable<long, int>(Owner<long>());
        var entries = Enumerable.Range(0, 10_000).Select(i => table.FindOrAdd(i, default)).ToArray();
        var given = new List<KeyedEntry<long, int>>();
        foreach (var entry in table.Entries)
        {
            given.Add(entry);
            if (given.Count == 10) Array.ForEach(entries[100..], table.Remove);
            if (given.Count == 20) _ = Enumerable.Range(20_000, 10_000).Select(i => table.FindOrAdd(i, default)).Count();
        }

        Assert.Equal(given.Count, given.Distinct().Count());
        Assert.Subset(given.ToHashSet(), entries[..100].ToHashSet());
    }

    [Fact]
    public async Task What_stays_is_found_by_other_threads_while_the_table_shrinks_and_grows()
    {
        var table = new NativeKeyTable<long, int>(Owner<long>());
        var lasting = Enumerable.Range(0, 64).Select(i => table.FindOrAdd(-1 - i, default)).ToArray();
        var isWriting = true;
        var reader = OwnThread.Start(() =>
        {
            while (Volatile.Read(ref isWriting))
            {
                foreach (var entry in lasting) Assert.Same(entry, table.Find(entry.Key));
                Assert.Subset(table.Entries.ToHashSet(), lasting.ToHashSet());
            }
        });
        for (var round = 0; round < 200 && !reader.IsFaulted; round++)
        {
            var coming = Enumerable.Range(0, 2_000).Select(i => table.FindOrAdd(i, default)).ToArray();
            Array.ForEach(coming, table.Remove);
        }

        Volatile.Write(ref isWriting, false);
        await reader;
        Assert.InRange(table.Slots, 64, 640);
    }

    /// <summary>Looks at one table after the other, while each grows tenfold and others come and go. The entries that stay stand in long rows.</summary>
    private static async Task LookWhileItGrowsAsync(Action<Lasting> look)
    {
        var (isWriting, current) = (true, new Lasting(256));
        var reader = OwnThread.Start(() =>
        {
            while (Volatile.Read(ref isWriting)) look(Volatile.Read(ref current));
        });
        for (var round = 0; round < 600 && !reader.IsFaulted; round++)
        {
            var lasting = new Lasting(256);
            Volatile.Write(ref current, lasting);
            for (var i = 0U; i < 3_000; i++)
            {
                var entry = lasting.Table.FindOrAdd(KeyOfHash((i * 0x9E3779B9) | 1), default);
                if (i % 3 == 0) lasting.Table.Remove(entry);
            }
        }

        Volatile.Write(ref isWriting, false);
        await reader;
    }

    /// <summary>The number whose hash in a table of numbers is this: the table multiplies by the inverse of this factor.</summary>
    private static long KeyOfHash(uint hash) => hash * 0x144CBC89U;

    private static void CompareWithModel<TKey>(Func<int, TKey> keyOf, Func<KeyedObject<TKey, int>, EntryTable<TKey, int>> create)
        where TKey : notnull
    {
        const int Keys = 400;
        var owner = Owner<TKey>();
        var (table, model, random) = (create(owner), new Dictionary<int, KeyedEntry<TKey, int>>(), new Random(1));
        for (var step = 0; step < 4_000; step++)
        {
            var i = random.Next(Keys);
            var bytes = new FrameBuffer();
            owner.KeyCodec.Encode(keyOf(i), bytes);
            Assert.Same(model.GetValueOrDefault(i), table.Find(keyOf(i)));
            Assert.Same(model.GetValueOrDefault(i), table.FindEncoded(bytes.Written));
            if (!model.TryGetValue(i, out var known))
            {
                model[i] = random.Next(2) == 0 ? table.FindOrAdd(keyOf(i), bytes.Written) : table.FindOrAddEncoded(bytes.Written);
                Assert.Equal(keyOf(i), model[i].Key);
            }
            else if (random.Next(3) == 0)
            {
                table.Remove(known);
                table.Remove(known);
                model.Remove(i);
            }
        }

        Assert.Equal(model.Values.ToHashSet(), table.Entries.ToHashSet());
        Assert.Equal(model.Count, table.Entries.Count());
    }

    private static KeyedObject<TKey, int> Owner<TKey>(IReplicaSerializer? serializer = null)
        where TKey : notnull =>
        new("m", ObjectKind.Map, ValueCodecs.ForKey<TKey>(serializer ?? s_serializer, "m"), ValueCodecs.For<int>(s_serializer, "m"), new LocalState(), new PeerReplicaOptions());

    private sealed class Lasting
    {
        public Lasting(uint count)
        {
            for (var i = 0U; i < count; i++) Table.FindOrAdd(KeyOfHash((i % 4 << 30) + (i * 2)), default);
            Entries = [.. Table.Entries];
        }

        public NativeKeyTable<long, int> Table { get; } = new(Owner<long>());

        public HashSet<KeyedEntry<long, int>> Entries { get; }
    }

    private sealed class CountingSerializer : IReplicaSerializer
    {
        public int Serialized { get; private set; }

        public void Serialize<T>(IBufferWriter<byte> output, T value)
        {
            Serialized++;
            s_serializer.Serialize(output, value);
        }

        public T Deserialize<T>(ReadOnlySpan<byte> bytes) => s_serializer.Deserialize<T>(bytes);
    }

    private sealed record Seat(int Row, string Name);

    private sealed class LocalState : QuietLocalState
    {
        public override HybridTimestamp Stamp() => default;
    }
}
