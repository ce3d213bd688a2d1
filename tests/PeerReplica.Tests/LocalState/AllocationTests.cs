using PeerReplica.Hosting.LocalState;
using PeerReplica.Wire;

namespace PeerReplica.Tests.LocalState;

/// <summary>What entries and updates take of memory, to the byte: a field more in a record is paid for by every entry there is.</summary>
public class AllocationTests
{
    private const int RecordBytes = 104;
    private const int EntryBytes = 128;
    private const int PayloadBytes = 40;
    private const int Count = 4_000;
    private static readonly string[] s_keys = [.. Enumerable.Range(0, Count).Select(i => i.ToString("x16"))];

    [Fact]
    public void A_record_and_an_entry_have_no_room_for_what_few_have()
    {
        var node = new MapNode<byte[]>(1);
        Assert.Equal(RecordBytes, Allocated(() => new ValueRecord<byte[]>()));
        Assert.Equal(EntryBytes, Allocated(() => new NativeKeyEntry<string, byte[]>(node.Map, "key")));
    }

    [Fact]
    public void A_write_to_an_entry_and_publishing_it_allocate_the_payload_of_what_can_change_and_nothing_else()
    {
        Assert.Equal(PayloadBytes, OfWrite(new byte[8]));
        Assert.Equal(0, OfWrite(1L << 40));
        Assert.Equal(0, OfWrite("some text"));
    }

    [Fact]
    public void A_write_that_overwrites_one_not_yet_published_allocates_nothing()
    {
        var node = new MapNode<long>(1);
        Assert.Equal(0, Allocations.Least(() => node.Set("key", 1)));
    }

    [Fact]
    public void An_update_that_arrives_allocates_its_value_and_nothing_else()
    {
        Assert.Equal(PayloadBytes, OfUpdate(new byte[8]));
        Assert.Equal(0, OfUpdate(1L << 40));
        Assert.Equal(Allocated(() => new string('x', 9)), OfUpdate("some text"));
    }

    [Fact]
    public void Whatever_arrives_is_passed_on_to_the_byte_and_read_as_it_is_decoded()
    {
        PassOn<bool>([0xC3]);
        PassOn<long>([0xD3, 0, 0, 0, 0, 0, 0, 0, 5]);
        PassOn<double>([0xCB, 0x7F, 0xF0, 0, 0, 0, 0, 0, 1]);
        PassOn<float>([0xCA, 0x7F, 0xA0, 0, 1]);
        PassOn<Guid>([0xC4, 16, .. new byte[16]]);
        PassOn<decimal>([0xC4, 16, .. new byte[12], 0x80, 28, 0, 0]);
        PassOn<DateTimeOffset>([0x92, 0xCF, 1, 0, 0, 0, 0, 0, 0, 0, 60]);
        PassOn<string>([0xA3, .. "key"u8]);
        PassOn<byte[]>([0xC4, 3, 1, 2, 3]);
    }

    [Fact]
    public void Bytes_are_as_they_were_when_they_were_written_whatever_becomes_of_the_array()
    {
        var node = new MapNode<byte[]>(1);
        byte[] value = [1, 2, 3];
        node.Set("key", value);
        value[0] = 9;
        Assert.True(node.Map.TryGet("key", out var read));
        Assert.Equal([1, 2, 3], read);
        Assert.True(node.Map.TryGet("key", out var again));
        Assert.Same(read, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("key")]
    [InlineData("Zürich \U0001F600")]
    [InlineData(250)]
    [InlineData(251)]
    [InlineData(400)]
    public void An_update_finds_the_entry_of_its_key_however_long_it_is(object named)
    {
        var key = named as string ?? new string('ü', (int)named);
        var (here, there) = (new MapNode<long>(1), new MapNode<long>(2));
        for (var value = 1; value <= 2; value++)
        {
            here.Set(key, value);
            here.Publish();
            Assert.Equal(1, there.Receive(here.Write()));
            Assert.True(Assert.Single(there.Map.Entries).TryGet(out var read));
            Assert.Equal(value, read);
            Assert.Equal(here.Store.Hash, there.Store.Hash);
        }
    }

    private static long OfWrite<T>(T value)
    {
        var node = new MapNode<T>(1);
        return Allocations.Least(() =>
        {
            SetAll(node, value);
            node.Publish();
        }) / Count;
    }

    /// <summary>What a transfer needs besides, once, is less than a byte for each of its records.</summary>
    private static long OfUpdate<T>(T value)
    {
        var (here, there) = (new MapNode<T>(1), new MapNode<T>(2));
        return Allocations.Least(() =>
        {
            SetAll(here, value);
            here.Publish();
            var body = here.Write();
            return Allocations.Of(() => Assert.Equal(Count, there.Receive(body)));
        }) / Count;
    }

    /// <summary>Also what no writer of ours would write: wider than it need be, or no value of the type at all.</summary>
    private static void PassOn<T>(byte[] payload)
    {
        var random = new Random(1);
        var node = new MapNode<T>(1);
        var (map, writer) = (node.Map, node.Store.Origins.IndexOf(new ReplicaId(2)));
        var entry = (KeyedEntry<string, T>)map.EntryOf([0xA1, (byte)'k']);
        for (var i = 1; i <= 2_000; i++)
        {
            var write = entry.Arrived(payload);
            write.BelongTo(entry);
            (write.Origin, write.Sequence) = (writer, (ulong)i);
            node.Store.Apply(write);
            var output = new FrameBuffer();
            entry.EncodePayload(entry.Component(writer)!, output);
            Assert.Equal(payload, output.Written.ToArray());
            if (!map.ValueCodec.TryDecode(payload, out var value))
            {
                Assert.Throws<ReplicaSerializationException>(() => entry.TryGet(out _));
            }
            else
            {
                Assert.True(entry.TryGet(out var read));
                Assert.Equal(value, read);
            }

            payload = [.. payload];
            payload[random.Next(payload.Length)] ^= (byte)(1 << random.Next(8));
        }
    }

    private static void SetAll<T>(MapNode<T> node, T value)
    {
        foreach (var key in s_keys) node.Set(key, value);
    }

    private static long Allocated(Func<object> make)
    {
        object? made = null;
        var allocated = Allocations.Least(() => { made = make(); });
        GC.KeepAlive(made);
        return allocated;
    }
}
