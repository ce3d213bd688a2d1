using MessagePack;
using PeerReplica.Replication;
using PeerReplica.Tests.Escrow;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>Keys and payloads of the list of members, read from bytes that any peer may have made up.</summary>
public sealed class MembersObjectTests
{
    private static readonly ReplicaId s_id = new(77);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void An_entry_is_read_as_it_was_written(int count)
    {
        var alternatives = Enumerable.Range(1, count).Select(i => $"10.0.0.{i}:7400").ToArray();
        var payload = MembersObject.Encode("shop", "here:7400", alternatives);
        Assert.True(MembersObject.TryDecode(payload, out var name, out var address, out var read));
        Assert.Equal(("shop", "here:7400"), (name, address));
        Assert.Equal(alternatives, read);
    }

    [Fact]
    public void An_entry_without_alternatives_has_two_fields_and_no_more()
    {
        var reader = new SpanReader(MembersObject.Encode("shop", "here:7400", []));
        Assert.True(reader.TryReadArrayHeader(out var count));
        Assert.True(reader.TryReadString(out _) && reader.TryReadString(out _));
        Assert.Equal((2, true), (count, reader.End));
    }

    [Fact]
    public void Of_the_first_three_alternatives_those_are_left_out_that_are_no_address()
    {
        var payload = MembersObject.Encode("shop", "here:7400", ["a:1", "no address", "b:2", "c:3"]);
        Assert.True(MembersObject.TryDecode(payload, out _, out _, out var read));
        Assert.Equal(["a:1", "b:2"], read);
    }

    [Fact]
    public void An_entry_whose_alternatives_are_cut_off_is_read_without_them()
    {
        var payload = MembersObject.Encode("shop", "here:7400", ["a:1", "b:2"]);
        Assert.True(MembersObject.TryDecode(payload.AsSpan(0, payload.Length - 1), out _, out _, out var one));
        Assert.Equal(["a:1"], one);
        var without = payload.AsSpan(0, MembersObject.Encode("shop", "here:7400", []).Length);
        Assert.True(MembersObject.TryDecode(without, out _, out _, out var none));
        Assert.Empty(none);
    }

    [Fact]
    public void A_text_that_follows_the_alternatives_is_none_of_them()
    {
        var payload = MembersObject.Encode("shop", "here:7400", ["a:1"]);
        payload[0] = 0x94;
        byte[] longer = [.. payload, .. Text("b:2")];
        Assert.True(MembersObject.TryDecode(longer, out _, out _, out var read));
        Assert.Equal(["a:1"], read);
    }

    [Fact]
    public void What_follows_an_entry_of_two_fields_is_not_read()
    {
        byte[] longer = [.. MembersObject.Encode("shop", "here:7400", []), 0x91, .. Text("b:2")];
        Assert.True(MembersObject.TryDecode(longer, out _, out _, out var read));
        Assert.Empty(read);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void Half_an_entry_is_none(int length)
    {
        var half = MembersObject.Encode("shop", "here:7400", []).AsSpan(0, length);
        Assert.False(MembersObject.TryDecode(half, out _, out _, out _));
    }

    [Fact]
    public void An_entry_of_one_field_is_none()
    {
        var payload = MembersObject.Encode("shop", "here:7400", []);
        payload[0] = 0x91;
        Assert.False(MembersObject.TryDecode(payload, out _, out _, out _));
    }

    [Theory]
    [InlineData("10.0.0.1:7400", true)]
    [InlineData("h:1", true)]
    [InlineData("h:65535", true)]
    [InlineData("h:65536", false)]
    [InlineData("h:0", false)]
    [InlineData("h:", false)]
    [InlineData(":7400", false)]
    [InlineData("7400", false)]
    [InlineData("h:port", false)]
    public void An_alternative_has_a_host_and_a_port(string text, bool isAddress) =>
        Assert.Equal(isAddress, MembersObject.IsAlternative(text));

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public void An_alternative_has_255_characters_at_most(int length, bool isAddress) =>
        Assert.Equal(isAddress, MembersObject.IsAlternative(new string('h', length - 5) + ":7400"));

    [Fact]
    public void A_key_is_one_replica_id_and_nothing_else()
    {
        var members = new MembersObject(static _ => { });
        var key = Key(s_id);
        Assert.True(members.IsKey(key));
        Assert.False(members.IsKey([]));
        Assert.False(members.IsKey([.. key, 0xC0]));
        Assert.False(members.IsKey(key.AsSpan(0, key.Length - 1)));
    }

    [Fact]
    public void A_key_is_that_of_the_replica_whose_id_it_is()
    {
        var key = Key(s_id);
        Assert.True(MembersObject.IsKeyOf(key, s_id));
        Assert.False(MembersObject.IsKeyOf(key, new ReplicaId(78)));
        Assert.False(MembersObject.IsKeyOf([.. key, 0xC0], s_id));
        Assert.False(MembersObject.IsKeyOf([], default));
    }

    [Fact]
    public void A_replicas_entry_is_found_by_its_id()
    {
        var members = new MembersObject(static _ => { });
        Assert.Null(members.Find(s_id));
        var entry = members.EntryOf(s_id);
        Assert.Same(entry, members.Find(s_id));
        Assert.Same(entry, members.EntryOf(s_id));
        Assert.NotSame(entry, members.EntryOf(new ReplicaId(78)));
        Assert.Equal(s_id, MembersObject.IdOf(entry));
        Assert.Equal(2, members.Count);
        members.Remove(entry);
        Assert.Null(members.Find(s_id));
        Assert.Equal(1, members.Count);
    }

    private static byte[] Text(string text) => RecordBytes.Of((ref MessagePackWriter output) => output.WriteText(text));

    private static byte[] Key(ReplicaId id) =>
        RecordBytes.Of((ref MessagePackWriter output) => output.WriteReplicaId(id));
}
