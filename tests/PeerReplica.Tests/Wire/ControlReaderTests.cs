using System.Runtime.ExceptionServices;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Wire;

/// <summary>Control messages, which the MessagePack package decodes: as strict as the protocol, and a refusal throws nothing.</summary>
public sealed class ControlReaderTests
{
    private static readonly byte[] s_id = [0xC4, 16, .. new byte[16]];

    [Fact]
    public void Refusing_a_changed_or_shortened_message_throws_nothing()
    {
        var thrown = 0;
        var thread = Environment.CurrentManagedThreadId;
        EventHandler<FirstChanceExceptionEventArgs> count = (_, _) =>
        {
            if (Environment.CurrentManagedThreadId == thread) thrown++;
        };
        AppDomain.CurrentDomain.FirstChanceException += count;
        try
        {
            foreach (var frame in GoldenFrames.All.Select(f => f.Encode()))
            {
                for (var at = 0; at < frame.Length; at++)
                {
                    GoldenTests.TryRead(frame.AsSpan(0, at));
                    for (var value = 0; value < 256; value++) GoldenTests.TryRead([.. frame[..at], (byte)value, .. frame[(at + 1)..]]);
                }
            }
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= count;
        }

        Assert.Equal(0, thrown);
    }

    [Theory]
    [InlineData(new byte[] { 0x05 }, true)]
    [InlineData(new byte[] { 0xD3, 0, 0, 0, 0, 0, 0, 0, 5 }, true)]
    [InlineData(new byte[] { 0xCF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, true)]
    [InlineData(new byte[] { 0xFF }, false)]
    [InlineData(new byte[] { 0xD0, 0x80 }, false)]
    [InlineData(new byte[] { 0xD3, 0x80, 0, 0, 0, 0, 0, 0, 0 }, false)]
    [InlineData(new byte[] { 0xCB, 0, 0, 0, 0, 0, 0, 0, 0 }, false)]
    [InlineData(new byte[] { 0xC0 }, false)]
    public void A_number_is_an_integer_that_is_not_negative(byte[] number, bool isRead) =>
        Assert.Equal(isRead, ControlReader.TryReadNumber(Frame(MessageType.Probe, number), out _));

    [Fact]
    public void A_term_beyond_a_signed_64_bit_integer_is_refused()
    {
        Assert.NotNull(Objects([0xD3, 0x80, 0, 0, 0, 0, 0, 0, 0]));
        Assert.NotNull(Objects([0xCF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]));
        Assert.Null(Objects([0xCF, 0x80, 0, 0, 0, 0, 0, 0, 0]));

        static DeclaredObject[]? Objects(byte[] term) => ControlReader.ReadObjects(
            (byte[])[0x93, (byte)MessageType.Objects, 0xC2, 0x91, 0x95, 0xA1, (byte)'n', 1, 0xA0, 0xA0, 0x91, .. term], out _);
    }

    [Fact]
    public void Text_that_is_no_utf8_or_too_long_is_refused()
    {
        Assert.NotNull(Hello([0xA2, 0xC3, 0xA4]));
        Assert.Null(Hello([0xA2, 0xC3, 0x28]));
        Assert.NotNull(Hello([0xDA, 2, 0, .. Enumerable.Repeat((byte)'a', 512)]));
        Assert.Null(Hello([0xDA, 2, 1, .. Enumerable.Repeat((byte)'a', 513)]));

        static Hello? Hello(byte[] cluster) => ControlReader.ReadHello(
            (byte[])[0x99, (byte)MessageType.Hello, 1, 1, .. cluster, .. s_id, 0xA0, 0xA0, .. s_id, 0xC2]);
    }

    [Fact]
    public void A_message_with_nil_in_place_of_any_value_is_refused()
    {
        var replaced = 0;
        foreach (var golden in GoldenFrames.All)
        {
            var frame = golden.Encode();
            foreach (var (start, end) in ValuesOf(frame))
            {
                // The host of an address report and a hello's capabilities may be missing, and what is none is passed over.
                if (golden.Name is "address-report-host" or "hello-capabilities" && end == frame.Length) continue;
                replaced++;
                byte[] changed = [.. frame[..start], 0xC0, .. frame[end..]];
                Assert.False(GoldenTests.TryRead(changed), $"{golden.Name}, bytes {start} to {end}");
            }
        }

        Assert.True(replaced > 50);
    }

    /// <summary>Where the values of a frame are that are no arrays, wherever they stand; the message's type left out.</summary>
    private static List<(int Start, int End)> ValuesOf(byte[] frame)
    {
        var values = new List<(int Start, int End)>();
        var reader = new SpanReader(frame);
        while (!reader.End)
        {
            var start = reader.Position;
            if (reader.PeekCode is (>= 0x90 and <= 0x9F) or 0xDC or 0xDD)
            {
                Assert.True(reader.TryReadArrayHeader(out _));
                continue;
            }

            Assert.True(reader.TrySkip());
            values.Add((start, reader.Position));
        }

        return values[1..];
    }

    [Fact]
    public void A_report_of_an_address_is_read_with_and_without_the_host()
    {
        Assert.Equal(new AddressReport(AddressVerdict.NoAnswer, "h"), Report(0x93, 2, 0xA1, (byte)'h'));
        Assert.Equal(new AddressReport(AddressVerdict.NoAnswer, "h"), Report(0x94, 2, 0xA1, (byte)'h', 0xC0));
        Assert.Equal(new AddressReport(AddressVerdict.NoAnswer, null), Report(0x92, 2));
        Assert.Equal(new AddressReport(AddressVerdict.NoAnswer, null), Report(0x92, 2, 0xA1, (byte)'h'));
        Assert.Equal(new AddressReport(AddressVerdict.NoAnswer, null), Report(0x93, 0x7F, 0xC0));
        Assert.Null(Report(0x91));

        static AddressReport? Report(byte header, params byte[] fields) =>
            ControlReader.TryReadAddressReport((byte[])[header, (byte)MessageType.AddressReport, .. fields], out var report) ? report : null;
    }

    [Fact]
    public void A_message_that_counts_fewer_fields_than_it_has_is_refused_and_one_with_more_is_read()
    {
        byte[] row = [.. s_id, 0x92, .. s_id, 7];
        Assert.True(ControlReader.TryReadRow((byte[])[0x93, (byte)MessageType.Row, .. row], out _));
        Assert.False(ControlReader.TryReadRow((byte[])[0x92, (byte)MessageType.Row, .. row], out _));
        Assert.True(ControlReader.TryReadRow((byte[])[0x94, (byte)MessageType.Row, .. row, 0xC0], out _));
        Assert.False(ControlReader.TryReadRow((byte[])[0x94, (byte)MessageType.Row, .. row], out _));
    }

    [Fact]
    public void Nothing_is_allocated_for_counts_that_the_input_does_not_hold()
    {
        byte[] status = [0x94, (byte)MessageType.Status, 0xDD, 0, 0, 0x10, 0, .. new byte[0x1000], 0x90, 0];
        byte[] objects = [0x93, (byte)MessageType.Objects, 0xC2, 0xDD, 0, 0, 0x10, 0, .. new byte[0x1000]];
        Assert.Equal(Allocated(), Allocated());
        Assert.Equal(0, Allocated());

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var isRead = ControlReader.ReadStatus(status) is not null | ControlReader.ReadObjects(objects, out _) is not null;
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.False(isRead);
            return allocated;
        }
    }

    private static byte[] Frame(MessageType type, byte[] field) => [0x92, (byte)type, .. field];
}
