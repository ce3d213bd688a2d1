using PeerReplica.Hosting.LocalPlane;

namespace PeerReplica.Tests.LocalPlane;

/// <summary>What entries and updates take of memory, to the byte: a field more in a record is paid for by every entry there is.</summary>
public class AllocationTests
{
    private const int RecordBytes = 104;
    private const int EntryBytes = 56;
    private const int PayloadBytes = 40;
    private const int Count = 1_000;
    private static readonly string[] s_keys = [.. Enumerable.Range(0, Count).Select(i => i.ToString("x16"))];

    [Fact]
    public void A_record_and_an_entry_have_no_room_for_what_few_have()
    {
        var node = new MapNode<byte[]>(1);
        Assert.Equal(RecordBytes, Allocated(() => new ValueRecord<byte[]>()));
        Assert.Equal(EntryBytes, Allocated(() => new NativeKeyEntry<string, byte[]>(node.Map, "key")));
    }

    [Fact]
    public void A_write_to_an_entry_allocates_its_record_and_its_payload()
    {
        var node = new MapNode<byte[]>(1);
        var value = new byte[8];
        SetAll(node, value);
        SetAll(node, value);
        Assert.Equal(Count * (RecordBytes + PayloadBytes), Allocated(() => SetAll(node, value)));
    }

    [Fact]
    public void An_update_that_arrives_allocates_its_record_and_its_payload()
    {
        var (here, there) = (new MapNode<byte[]>(1), new MapNode<byte[]>(2));
        for (var round = 0; round < 3; round++)
        {
            SetAll(here, new byte[8]);
            here.Publish();
            var body = here.Write();
            var allocated = Allocated(() => Assert.Equal(Count, there.Receive(body)));

            // What a whole transfer needs besides, once.
            if (round == 2) Assert.InRange(allocated, 0, (Count * (RecordBytes + PayloadBytes)) + 2_000);
        }
    }

    [Fact]
    public void Bytes_are_as_they_were_when_they_were_written_whatever_becomes_of_the_array()
    {
        var node = new MapNode<byte[]>(1);
        byte[] value = [1, 2, 3];
        node.Set("key", value);
        value[0] = 9;
        var read = node.Map.Lookup("key")!.Visible()!.Value(node.Map);
        Assert.Equal([1, 2, 3], read);
        Assert.Same(read, node.Map.Lookup("key")!.Visible()!.Value(node.Map));
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
            Assert.Equal(value, Assert.Single(there.Map.Entries).Visible()!.Value(there.Map));
            Assert.Equal(here.Store.Hash, there.Store.Hash);
        }
    }

    private static void SetAll(MapNode<byte[]> node, byte[] value)
    {
        foreach (var key in s_keys) node.Set(key, value);
    }

    private static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static long Allocated(Func<object> make)
    {
        make();
        object? made = null;
        var allocated = Allocated(() => { made = make(); });
        GC.KeepAlive(made);
        return allocated;
    }
}
