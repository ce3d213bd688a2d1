using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Tests.Escrow;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>What is read of a transfer's bytes: exactly what the format says, and nothing else.</summary>
public sealed class DeltaReaderTests
{
    private const long MaxWall = (1L << 48) - 1;
    private const RecordFlags Everything = RecordFlags.All & ~(RecordFlags.SameObject | RecordFlags.NextSequence | RecordFlags.Removal | RecordFlags.Proof);
    private static readonly ReplicaId s_one = new(new UInt128(1, 2));
    private static readonly ReplicaId s_two = new(new UInt128(3, 4));
    private static readonly ReplicaId s_three = new(new UInt128(5, 6));

    private static readonly byte[] s_proof = new byte[1 + RecordProof.PublicKeyBytes + RecordProof.SignatureBytes + 4];

    private readonly DeltaReaderState _state = new();

    public DeltaReaderTests()
    {
        _state.Origins.AddRange([s_one, s_two]);
        _state.Objects.Add(new ObjectIdentity("first", ObjectKind.Counter, "none"));
    }

    [Fact]
    public void Record_is_read_as_it_was_written()
    {
        var reader = new DeltaReader(Join(Section(), Full()), _state);
        Assert.True(reader.TryReadSection(out var origin, out var from, out var to));
        Assert.Equal((1, 10UL, 110UL, 10UL), (origin, from, to, reader.LastSequence));
        var record = default(RawRecord);
        Assert.True(reader.TryReadRecord(ref record));
        Assert.Equal((Everything, 1, 14UL, 14UL), (record.Flags, record.Object, record.Sequence, reader.LastSequence));
        Assert.Equal(new HybridTimestamp(100, 7), record.Stamp);
        Assert.Equal([5], record.Key.ToArray());
        Assert.Equal([6], record.Payload.ToArray());
        Assert.Equal([(2, 8UL), (0, 9UL)], record.Observed.ToArray());
        Assert.Equal((50UL, 60UL, 70UL, (1, 10UL)), (record.RemainingMilliseconds, record.WindowMilliseconds, record.LastMilliseconds, record.Killer));
        Assert.Equal([s_one, s_two, s_three], _state.Origins);
        Assert.Equal(new ObjectIdentity("map", ObjectKind.Map, "text"), _state.Objects[1]);
        Assert.True(reader.End);
    }

    [Fact]
    public void Record_of_the_same_object_follows_the_one_before_and_has_nothing_of_it()
    {
        var second = RecordBytes.Of((ref MessagePackWriter output) =>
        {
            output.WriteUInt((ulong)(RecordFlags.SameObject | RecordFlags.NextSequence | RecordFlags.Removal));
            output.WriteInt(-40);
            output.WriteInt(9);
        });
        var reader = new DeltaReader(Join(Section(), Full(), second, [0xC0], Section(), Plain()), _state);
        var record = default(RawRecord);
        Assert.True(reader.TryReadSection(out _, out _, out _) && !reader.TryEndSection() && reader.TryReadRecord(ref record) && reader.TryReadRecord(ref record));
        Assert.Equal((1, 15UL, new HybridTimestamp(60, 0)), (record.Object, record.Sequence, record.Stamp));
        Assert.Equal([9], record.Key.ToArray());
        Assert.True(record.Payload.IsEmpty && record.Observed.IsEmpty);
        Assert.Equal((0UL, 0UL, null, default), (record.RemainingMilliseconds, record.WindowMilliseconds, record.LastMilliseconds, record.Killer));
        Assert.True(reader.TryEndSection());

        // A section begins anew with sequence and time.
        Assert.True(reader.TryReadSection(out _, out _, out _) && reader.TryReadRecord(ref record));
        Assert.Equal((0, 12UL, new HybridTimestamp(1, 0)), (record.Object, record.Sequence, record.Stamp));
    }

    [Fact]
    public void Sliding_expiration_without_a_limit_has_none()
    {
        var bytes = RecordBytes.Of((ref MessagePackWriter output) =>
        {
            output.WriteUInt((ulong)RecordFlags.Sliding);
            WriteBody(ref output);
            output.WriteUInt(600);
            output.WriteNil();
        });
        Assert.True(IsRead(bytes));
    }

    [Fact]
    public void Truncated_bytes_are_refused()
    {
        var section = Section();
        for (var cut = 0; cut < section.Length; cut++) Assert.False(new DeltaReader(section.AsSpan(0, cut), _state).TryReadSection(out _, out _, out _));
        foreach (var record in (byte[][])[Full(), Plain()])
        {
            Assert.True(IsRead(record));
            for (var cut = 0; cut < record.Length; cut++) Assert.False(IsRead(record[..cut]), $"{cut} bytes");
        }
    }

    [Fact]
    public void Byte_that_begins_no_value_or_another_one_is_refused_wherever_it_stands()
    {
        var full = Full();
        var id = full.AsSpan().IndexOf(IdBytes(s_three));
        var (key, payload, last) = (id - 5, id - 4, full.Length - 3);
        for (var at = 0; at < full.Length; at++)
        {
            // Any sixteen bytes are an id. All other values take one byte each.
            if (at >= id && at < id + 16) continue;
            Assert.False(IsRead(With(full, at, 0xC1)), $"byte {at}");

            // Key and payload may be nil, and so may the limit of a sliding expiration.
            Assert.Equal(at == key || at == payload || at == last, IsRead(With(full, at, 0xC0)));
        }

        var plain = Plain();
        for (var at = 0; at < plain.Length; at++) Assert.Equal(at >= plain.Length - 2, IsRead(With(plain, at, 0xC0)));
    }

    [Fact]
    public void Section_ends_at_most_at_the_greatest_sequence()
    {
        Assert.True(IsSection(10, ulong.MaxValue - 10));
        Assert.False(IsSection(10, ulong.MaxValue - 9));
    }

    [Theory]
    [InlineData(0UL, false)]
    [InlineData(1UL, true)]
    [InlineData(5UL, true)]
    [InlineData(6UL, false)]
    public void Sequence_rises_and_stays_below_the_greatest(ulong step, bool isRead) =>
        Assert.Equal(isRead, IsRead(Record(step: step), from: ulong.MaxValue - 5));

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(MaxWall, true)]
    [InlineData(MaxWall + 1, false)]
    public void Time_is_one_that_a_stamp_can_hold(long wall, bool isRead) => Assert.Equal(isRead, IsRead(Record(wall: wall)));

    [Theory]
    [InlineData(65_535UL, true)]
    [InlineData(65_536UL, false)]
    public void Counter_is_one_that_a_stamp_can_hold(ulong counter, bool isRead) => Assert.Equal(isRead, IsRead(Record(RecordFlags.Counter, counter: counter)));

    [Theory]
    [InlineData(0UL, true)]
    [InlineData(256UL, false)]
    [InlineData(512UL, false)]
    public void Flags_are_those_that_are_known(ulong flags, bool isRead) => Assert.Equal(isRead, IsRead(Record((RecordFlags)0, rawFlags: flags)));

    [Fact]
    public void Record_may_have_all_flags()
    {
        var bytes = RecordBytes.Of((ref MessagePackWriter output) =>
        {
            output.WriteUInt((ulong)RecordFlags.All);
            output.WriteInt(0);
            output.WriteUInt(7);
            output.WriteInt(5);
            output.WriteArrayHeader(0);
            foreach (var value in (ulong[])[1, 2, 3, 0, 9]) output.WriteUInt(value);
            output.WriteBinary(s_proof);
        });
        var reader = new DeltaReader(Join(Section(), Plain(), bytes), _state);
        var record = default(RawRecord);
        Assert.True(reader.TryReadSection(out _, out _, out _) && reader.TryReadRecord(ref record) && reader.TryReadRecord(ref record) && reader.End);
    }

    [Fact]
    public void Proof_is_read_only_if_it_is_one()
    {
        Assert.True(IsRead(Proven(s_proof)));
        Assert.True(IsRead(Proven([.. s_proof, .. new byte[32]])));
        foreach (var cut in (int[])[0, 1, 64, s_proof.Length - 1]) Assert.False(IsRead(Proven(s_proof[..cut])), $"{cut} bytes");
        Assert.False(IsRead(Proven([.. s_proof, 0])));
        Assert.False(IsRead(Proven([2, .. s_proof.AsSpan(1)])));
        Assert.False(IsRead(RecordBytes.Of((ref MessagePackWriter output) =>
        {
            output.WriteUInt((ulong)RecordFlags.Proof);
            WriteBody(ref output);
            output.WriteNil();
        })));

        static byte[] Proven(byte[] proof) => RecordBytes.Of((ref MessagePackWriter output) =>
        {
            output.WriteUInt((ulong)RecordFlags.Proof);
            WriteBody(ref output);
            output.WriteBinary(proof);
        });
    }

    [Fact]
    public void First_record_of_a_section_names_its_object()
    {
        _state.Objects.Add(new ObjectIdentity("second", ObjectKind.Counter, "none"));
        var same = RecordBytes.Of((ref MessagePackWriter output) =>
        {
            output.WriteUInt((ulong)RecordFlags.SameObject);
            foreach (var value in (ulong[])[2, 1, 5, 6]) output.WriteUInt(value);
        });
        Assert.False(IsRead(same));
        var reader = new DeltaReader(Join(Section(), Plain(), [0xC0], Section(), same), _state);
        var record = default(RawRecord);
        Assert.True(reader.TryReadSection(out _, out _, out _) && reader.TryReadRecord(ref record) && reader.TryEndSection() && reader.TryReadSection(out _, out _, out _));
        Assert.False(reader.TryReadRecord(ref record));
        reader = new DeltaReader(same, _state);
        Assert.False(reader.TryReadRecord(ref record));
    }

    [Theory]
    [InlineData(1UL, true)]
    [InlineData(2UL, false)]
    [InlineData(1UL << 40, false)]
    public void Origin_is_one_that_was_numbered(ulong number, bool isRead)
    {
        var bytes = RecordBytes.Of((ref MessagePackWriter output) =>
        {
            output.WriteUInt(number);
            output.WriteUInt(10);
            output.WriteUInt(100);
        });
        Assert.Equal(isRead, new DeltaReader(bytes, _state).TryReadSection(out _, out _, out _));
    }

    [Theory]
    [InlineData(0UL, true)]
    [InlineData(1UL, false)]
    [InlineData(1UL << 40, false)]
    public void Object_is_one_that_was_numbered(ulong number, bool isRead) => Assert.Equal(isRead, IsRead(Record(objectNumber: number)));

    [Theory]
    [InlineData(3, 1024, 4, 1024, true)]
    [InlineData(3, 1025, 4, 4, false)]
    [InlineData(3, 4, 4, 1025, false)]
    [InlineData(3, 4, 0, 4, false)]
    [InlineData(3, 4, 255, 4, true)]
    [InlineData(3, 4, 256, 4, false)]
    [InlineData(2, 4, 4, 4, false)]
    [InlineData(4, 4, 4, 4, false)]
    public void Identity_of_an_object_is_within_bounds(int fields, int name, ulong kind, int encoding, bool isRead)
    {
        var bytes = RecordBytes.Of((ref MessagePackWriter output) =>
        {
            output.WriteUInt((ulong)RecordFlags.Removal);
            output.WriteArrayHeader(fields);
            output.WriteText(new string('n', name));
            output.WriteUInt(kind);
            output.WriteText(new string('e', encoding));
            foreach (var value in (ulong[])[2, 1, 5]) output.WriteUInt(value);
        });
        Assert.Equal(isRead, IsRead(bytes));
    }

    [Fact]
    public void Sender_numbers_no_more_objects_and_origins_than_there_may_be()
    {
        while (_state.Objects.Count < DeltaReaderState.MaxObjects - 1) _state.Objects.Add(_state.Objects[0]);
        Assert.True(IsRead(Full()));
        Assert.Equal(DeltaReaderState.MaxObjects, _state.Objects.Count);
        Assert.False(IsRead(Full()));
        _state.Origins.Clear();
        for (var i = 1; i < OriginTable.MaxCount; i++) _state.Origins.Add(s_one);
        Assert.True(new DeltaReader(Section(s_three), _state).TryReadSection(out var origin, out _, out _));
        Assert.Equal(OriginTable.MaxCount - 1, origin);
        Assert.False(new DeltaReader(Section(s_three), _state).TryReadSection(out _, out _, out _));
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(2, 2, true)]
    [InlineData(1, 1, false)]
    [InlineData(3, 3, false)]
    [InlineData(4, 2, false)]
    [InlineData(2, 0, false)]
    public void Observed_dots_come_in_pairs_and_are_all_there(int announced, int written, bool isRead)
    {
        var bytes = RecordBytes.Of((ref MessagePackWriter output) =>
        {
            output.WriteUInt((ulong)(RecordFlags.Observed | RecordFlags.Removal));
            foreach (var value in (ulong[])[0, 2, 1, 5]) output.WriteUInt(value);
            output.WriteArrayHeader(announced);
            for (var i = 0; i < written; i++) output.WriteUInt(1);
        });
        Assert.Equal(isRead, IsRead(bytes));
    }

    private bool IsRead(byte[] bytes, ulong from = 10)
    {
        var mark = _state.Mark;
        var reader = new DeltaReader(Join(Section(from: from), bytes), _state);
        var record = default(RawRecord);
        Assert.True(reader.TryReadSection(out _, out _, out _));
        if (reader.TryReadRecord(ref record))
        {
            Assert.True(reader.End);
            return true;
        }

        _state.Return(mark);
        return false;
    }

    private bool IsSection(ulong from, ulong length) => new DeltaReader(Section(from: from, length: length), _state).TryReadSection(out _, out _, out _);

    private static byte[] With(byte[] bytes, int at, byte changed)
    {
        byte[] copy = [.. bytes];
        copy[at] = changed;
        return copy;
    }

    private static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(static p => p)];

    private static byte[] IdBytes(ReplicaId id) => RecordBytes.Of((ref MessagePackWriter output) => output.WriteReplicaId(id))[2..];

    private static byte[] Section(ReplicaId? origin = null, ulong from = 10, ulong length = 100) => RecordBytes.Of((ref MessagePackWriter output) =>
    {
        if (origin is { } id) output.WriteReplicaId(id);
        else output.WriteUInt(1);
        output.WriteUInt(from);
        output.WriteUInt(from > ulong.MaxValue - 100 ? Math.Min(length, ulong.MaxValue - from) : length);
    });

    /// <summary>A record that has all that one can have, with an origin and an object that are new on the link.</summary>
    private static byte[] Full() => RecordBytes.Of(static (ref MessagePackWriter output) =>
    {
        output.WriteUInt((ulong)Everything);
        output.WriteArrayHeader(3);
        output.WriteText("map");
        output.WriteUInt((ulong)ObjectKind.Map);
        output.WriteText("text");
        output.WriteUInt(4);
        output.WriteInt(100);
        output.WriteUInt(7);
        output.WriteInt(5);
        output.WriteInt(6);
        output.WriteArrayHeader(4);
        output.WriteReplicaId(s_three);
        output.WriteUInt(8);
        output.WriteUInt(0);
        output.WriteUInt(9);
        foreach (var value in (ulong[])[50, 60, 70, 1, 10]) output.WriteUInt(value);
    });

    private static byte[] Plain() => Record();

    private static byte[] Record(RecordFlags flags = RecordFlags.None, ulong step = 2, long wall = 1, ulong counter = 0, ulong objectNumber = 0, ulong? rawFlags = null) =>
        RecordBytes.Of((ref MessagePackWriter output) =>
        {
            output.WriteUInt(rawFlags ?? (ulong)flags);
            output.WriteUInt(objectNumber);
            output.WriteUInt(step);
            output.WriteInt(wall);
            if ((flags & RecordFlags.Counter) != 0) output.WriteUInt(counter);
            output.WriteInt(5);
            output.WriteInt(6);
        });

    private static void WriteBody(ref MessagePackWriter output)
    {
        foreach (var value in (ulong[])[0, 2, 1, 5, 6]) output.WriteUInt(value);
    }
}
