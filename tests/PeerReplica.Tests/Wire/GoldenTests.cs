using PeerReplica.Tests.Repository;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Wire;

/// <summary>
/// The wire format, byte by byte. A file that no longer matches means that replicas of two releases no longer understand each other. After a deliberate
/// change: <c>PEERREPLICA_WRITE_GOLDENS=1 dotnet test tests/PeerReplica.Tests --filter GoldenTests</c>, and read the diff.
/// </summary>
public sealed class GoldenTests
{
    /// <summary>Types that no message has: a frame of them is passed over like a later version's.</summary>
    private static readonly MessageType[] s_unsent = [MessageType.None];

    public static TheoryData<string> Names => [.. GoldenFrames.All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Encoding_yields_exactly_the_golden_bytes(string name)
    {
        var bytes = Find(name).Encode();
        if (Environment.GetEnvironmentVariable("PEERREPLICA_WRITE_GOLDENS") == "1") File.WriteAllBytes(Path.Combine(SourceDirectory(), $"{name}.bin"), bytes);
        else Assert.Equal(Convert.ToHexString(Golden(name)), Convert.ToHexString(bytes));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decoding_the_golden_bytes_yields_the_message(string name)
    {
        var golden = Find(name);
        var reader = new SpanReader(Golden(name));
        Assert.True(MessageReader.TryReadType(ref reader, out var type));
        Assert.Equal(golden.Type, type);
        golden.Check(Golden(name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Truncated_golden_is_no_message(string name)
    {
        var bytes = Golden(name);
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            Assert.False(TryRead(bytes.AsSpan(0, cut)), $"{name} cut to {cut} of {bytes.Length}");
        }

        Assert.True(TryRead(bytes));
    }

    [Fact]
    public void Every_message_type_has_a_golden() =>
        Assert.Empty(Enum.GetValues<MessageType>().Except(s_unsent).Except(GoldenFrames.All.Select(f => f.Type)));

    [Fact]
    public void Every_golden_file_has_a_message()
    {
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Wire", "Goldens"), "*.bin").Select(Path.GetFileNameWithoutExtension);
        Assert.Equal(GoldenFrames.All.Select(f => f.Name).Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
    }

    /// <summary>A reader at the first field of a frame.</summary>
    internal static SpanReader FieldsOf(ReadOnlySpan<byte> frame)
    {
        var reader = new SpanReader(frame);
        Assert.True(MessageReader.TryReadType(ref reader, out _));
        return reader;
    }

    /// <summary>Reads a message of any type; false when it is malformed.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> frame)
    {
        var reader = new SpanReader(frame);
        if (!MessageReader.TryReadType(ref reader, out var type)) return false;
        return type switch
        {
            MessageType.Data => MessageReader.TryReadData(ref reader, out _, out _),
            MessageType.Acknowledge => MessageReader.TryReadAcknowledge(ref reader, out _, out _),
            MessageType.Heartbeat => MessageReader.TryReadHeartbeat(ref reader, out _),
            _ => TryReadControl(type, frame.ToArray()),
        };
    }

    private static bool TryReadControl(MessageType type, byte[] frame) => type switch
    {
        MessageType.Hello => ControlReader.ReadHello(frame) is not null,
        MessageType.Status => ControlReader.ReadStatus(frame) is not null,
        MessageType.Links => ControlReader.ReadLinks(frame) is not null,
        MessageType.Row => ControlReader.TryReadRow(frame, out _),
        MessageType.Objects => ControlReader.ReadObjects(frame, out _) is not null,
        MessageType.ProbeReply => ControlReader.TryReadProbeReply(frame, out _),
        MessageType.Pull or MessageType.Probe or MessageType.Bye => ControlReader.TryReadNumber(frame, out _),
        MessageType.AddressReport => ControlReader.TryReadAddressReport(frame, out _),
        _ => true,
    };

    private static GoldenFrame Find(string name) => GoldenFrames.All.Single(f => f.Name == name);

    private static byte[] Golden(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Wire", "Goldens", $"{name}.bin"));

    private static string SourceDirectory() => SourceTree.PathOf("tests", "PeerReplica.Tests", "Wire", "Goldens");
}
