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
        var fields = new MessagePackReader(Golden(name));
        Assert.True(MessageReader.TryReadType(ref fields, out var type));
        Assert.Equal(golden.Type, type);
        golden.Check(ref fields);
        Assert.True(fields.End, "bytes are left");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Truncated_golden_is_no_message(string name)
    {
        var bytes = Golden(name);
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            var reader = new MessagePackReader(bytes.AsSpan(0, cut));
            Assert.False(MessageReader.TryReadType(ref reader, out var type) && TryRead(type, ref reader), $"{name} cut to {cut} of {bytes.Length}");
        }

        var whole = new MessagePackReader(bytes);
        Assert.True(MessageReader.TryReadType(ref whole, out var known) && TryRead(known, ref whole));
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

    /// <summary>Reads a message of any type; false when it is malformed.</summary>
    internal static bool TryRead(MessageType type, ref MessagePackReader reader) => type switch
    {
        MessageType.Hello => MessageReader.ReadHello(ref reader) is not null,
        MessageType.Proof => reader.TryReadBinary(out _),
        MessageType.Status => MessageReader.ReadStatus(ref reader) is not null,
        MessageType.Data => MessageReader.TryReadData(ref reader, out _, out _),
        MessageType.Acknowledge => MessageReader.TryReadAcknowledge(ref reader, out _, out _),
        MessageType.Heartbeat => MessageReader.TryReadHeartbeat(ref reader, out _),
        MessageType.Links => MessageReader.ReadLinks(ref reader) is not null,
        MessageType.Row => reader.TryReadReplicaId(out _) && reader.ReadVector() is not null,
        MessageType.Objects => MessageReader.ReadObjects(ref reader, out _) is not null,
        MessageType.ProbeReply => reader.TryReadUInt(out _) && reader.ReadVector() is not null,
        MessageType.Pull or MessageType.Probe or MessageType.Bye => reader.TryReadUInt(out _),
        _ => true,
    };

    private static GoldenFrame Find(string name) => GoldenFrames.All.Single(f => f.Name == name);

    private static byte[] Golden(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Wire", "Goldens", $"{name}.bin"));

    private static string SourceDirectory() => SourceTree.PathOf("tests", "PeerReplica.Tests", "Wire", "Goldens");
}
