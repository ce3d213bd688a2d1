using PeerReplica.Wire;

namespace PeerReplica.Tests.Wire;

/// <summary>
/// The limits of each message's fields: the last value within is read, the first value beyond is refused.
/// </summary>
public sealed class MessageLimitTests
{
    private static readonly byte[] s_nonce = new byte[16];

    [Theory]
    [InlineData(0UL, false)]
    [InlineData(1UL, true)]
    [InlineData(14UL, true)]
    [InlineData(255UL, true)]
    [InlineData(256UL, false)]
    [InlineData(257UL, false)]
    [InlineData(ulong.MaxValue, false)]
    public void Message_type_is_between_1_and_255(ulong code, bool isRead)
    {
        var reader = new SpanReader(Fields.Array(Fields.UInt(code), Fields.UInt(0)));
        Assert.Equal(isRead, MessageReader.TryReadType(ref reader, out var type));
        Assert.Equal(isRead ? (MessageType)code : MessageType.None, type);
    }

    [Fact]
    public void Frame_is_an_array_of_a_type_and_at_least_one_field()
    {
        Assert.False(HasType(Fields.Array()));
        Assert.False(HasType(Fields.Array(Fields.UInt(6))));
        Assert.False(HasType(Fields.UInt(6)));
        Assert.False(HasType(Fields.Array(Fields.Text("6"), Fields.UInt(0))));
        Assert.True(HasType(Fields.Array(Fields.UInt(6), Fields.UInt(0))));
        Assert.True(HasType(Fields.Array(Fields.UInt(6), Fields.UInt(0), Fields.UInt(0))));
    }

    [Theory]
    [InlineData(15, false)]
    [InlineData(16, true)]
    [InlineData(17, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Nonce_has_16_to_64_bytes(int length, bool isRead) =>
        Assert.Equal(isRead ? length : null, Hello(nonce: new byte[length])?.Nonce.Length);

    [Theory]
    [InlineData(0, true)]
    [InlineData(511, true)]
    [InlineData(512, true)]
    [InlineData(513, false)]
    public void Names_in_a_hello_have_at_most_512_bytes(int length, bool isRead)
    {
        var name = new string('n', length);
        Assert.Equal(isRead ? name : null, Hello(cluster: name)?.Cluster);
        Assert.Equal(isRead ? name : null, Hello(nodeName: name)?.NodeName);
        Assert.Equal(isRead ? name : null, Hello(address: name)?.Address);
    }

    [Fact]
    public void Limit_of_a_name_counts_bytes_and_not_characters()
    {
        Assert.NotNull(Hello(cluster: new string('ä', 256)));
        Assert.Null(Hello(cluster: new string('ä', 257)));
    }

    [Theory]
    [InlineData(int.MaxValue, true)]
    [InlineData(int.MaxValue + 1UL, false)]
    [InlineData(ulong.MaxValue, false)]
    public void Protocol_versions_have_31_bits(ulong version, bool isRead)
    {
        Assert.Equal(isRead ? (int)version : null, Hello(minVersion: version)?.MinVersion);
        Assert.Equal(isRead ? (int)version : null, Hello(maxVersion: version)?.MaxVersion);
    }

    [Theory]
    [InlineData(0UL, true)]
    [InlineData(255UL, true)]
    [InlineData(256UL, false)]
    [InlineData(ulong.MaxValue, false)]
    public void Flags_have_8_bits(ulong flags, bool isRead)
    {
        var status = Fields.Array(Fields.UInt(3), Fields.Array(), Fields.Array(), Fields.UInt(flags));
        Assert.Equal(isRead ? (StatusFlags)flags : null, ControlReader.ReadStatus(status)?.Flags);
        var data = new SpanReader([.. Fields.UInt(7), .. Fields.UInt(flags), .. Fields.Binary(1, 2)]);
        Assert.Equal(isRead, MessageReader.TryReadData(ref data, out var header, out var body));
        Assert.Equal(isRead ? new DataHeader(7, (DataFlags)flags) : default, header);
        Assert.Equal(isRead ? [1, 2] : [], body.ToArray());
    }

    [Theory]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(0)]
    public void Replica_id_of_another_length_than_16_bytes_is_refused(int length)
    {
        var id = Fields.Binary(new byte[length]);
        var reader = new SpanReader(id);
        Assert.False(reader.TryReadReplicaId(out _));

        // Bytes follow, so that the id is refused and not the length of what is left.
        Assert.Null(
            ControlReader.ReadLinks(Fields.Array(Fields.UInt(9), Fields.Array(id, Fields.Id(2)), Fields.Binary(new byte[40]))));
        var vector = new SpanReader([.. Fields.Array(id, Fields.UInt(1)), .. new byte[40]]);
        Assert.Null(vector.ReadVector());
    }

    [Fact]
    public void Vector_of_an_odd_number_of_fields_is_refused()
    {
        var odd = new SpanReader([.. Fields.Array(Fields.Id(1), Fields.UInt(5), Fields.Id(2)), .. new byte[40]]);
        Assert.Null(odd.ReadVector());
        var even = new SpanReader(Fields.Array(Fields.Id(1), Fields.UInt(5), Fields.Id(2), Fields.UInt(6)));
        Assert.Equal([(new ReplicaId(1), 5UL), (new ReplicaId(2), 6UL)], even.ReadVector()!);
    }

    [Fact]
    public void Smallest_pair_of_a_vector_takes_19_bytes_and_is_read()
    {
        // A pair of the smallest form, and nothing behind it: the check of the count must not refuse it.
        byte[] smallest = [0x92, 0xC4, 16, .. new byte[15], 9, 0x01];
        var reader = new SpanReader(smallest);
        Assert.Equal([(new ReplicaId(9), 1UL)], reader.ReadVector()!);
    }

    [Fact]
    public void Vector_with_a_field_of_a_wrong_type_is_refused()
    {
        var sequence = new SpanReader([.. Fields.Array(Fields.Id(1), Fields.Text("5")), .. new byte[40]]);
        Assert.Null(sequence.ReadVector());
        var id = new SpanReader([.. Fields.Array(Fields.UInt(1), Fields.UInt(5)), .. new byte[40]]);
        Assert.Null(id.ReadVector());
        var array = new SpanReader(Fields.UInt(0));
        Assert.Null(array.ReadVector());
    }

    [Fact]
    public void Links_are_as_many_ids_as_the_header_says()
    {
        Assert.Empty(ControlReader.ReadLinks(Fields.Array(Fields.UInt(9), Fields.Array()))!);
        var two = Fields.Array(Fields.UInt(9), Fields.Array(Fields.Id(3), Fields.Id(4)));
        Assert.Equal([new ReplicaId(3), new ReplicaId(4)], ControlReader.ReadLinks(two)!);
        var number = Fields.Array(Fields.UInt(9), Fields.Array(Fields.UInt(1)), Fields.Binary(new byte[40]));
        Assert.Null(ControlReader.ReadLinks(number));
    }

    private static bool HasType(byte[] frame)
    {
        var reader = new SpanReader(frame);
        return MessageReader.TryReadType(ref reader, out _);
    }

    private static Hello? Hello(
        ulong minVersion = 1, ulong maxVersion = 1, string cluster = "", string nodeName = "", string address = "", byte[]? nonce = null)
    {
        return ControlReader.ReadHello(Fields.Array(
            Fields.UInt(1), Fields.UInt(minVersion), Fields.UInt(maxVersion), Fields.Text(cluster), Fields.Id(1), Fields.Text(nodeName),
            Fields.Text(address), Fields.Binary(nonce ?? s_nonce), Fields.Bool(true)));
    }
}
