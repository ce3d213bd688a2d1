using System.Globalization;
using PeerReplica.Causality;
using PeerReplica.Wire;

namespace PeerReplica.Benchmarks.Codecs;

/// <summary>
/// The MessagePack package beside what is written by hand, for the messages that carry the load: what <c>docs/explanation/performance.md</c> decides by. Prints a
/// table: nanoseconds of the best round of each, and the median ratio of neighboring rounds.
/// </summary>
internal sealed class CodecsProgram(bool isSmoke)
{
    private const int Origins = 5;
    private readonly PairedRounds _rounds = isSmoke ? new(TimeSpan.FromMilliseconds(20), 5) : new(TimeSpan.FromMilliseconds(500), 301);

    public int Run()
    {
        Console.WriteLine("| work | by hand, ns | package, ns | package / by hand |");
        Console.WriteLine("|---|---|---|---|");
        var stream = new RecordStream();
        Row("write a record of a data frame", stream.WriteByHand, stream.WriteWithPackage, RecordStream.Records);
        Row("read a record of a data frame", () => stream.ReadByHand(), () => stream.ReadWithPackage(), RecordStream.Records);
        var acknowledge = Acknowledge();
        Row("read an Acknowledge of 5 origins", () => ReadAcknowledge(acknowledge), () => PackageReader.TryReadAcknowledge(acknowledge));
        var heartbeat = Heartbeat();
        Row("read a Heartbeat", () => ReadHeartbeat(heartbeat), () => PackageReader.TryReadHeartbeat(heartbeat));
        Row("refuse an Acknowledge cut short", () => ReadAcknowledge(acknowledge[..^1]), () => PackageReader.TryReadAcknowledge(acknowledge[..^1]));
        Row("refuse a Heartbeat cut short", () => ReadHeartbeat(heartbeat[..^1]), () => PackageReader.TryReadHeartbeat(heartbeat[..^1]));
        return 0;
    }

    private void Row(string work, Action byHand, Action package, int operations = 1)
    {
        var (first, second, ratio) = _rounds.Compare(byHand, package);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {work} | {first / operations:f1} | {second / operations:f1} | {ratio:f2} |"));
    }

    private static bool ReadAcknowledge(byte[] frame)
    {
        var reader = new SpanReader(frame);
        return MessageReader.TryReadType(ref reader, out _) && MessageReader.TryReadAcknowledge(ref reader, out _, out _);
    }

    private static bool ReadHeartbeat(byte[] frame)
    {
        var reader = new SpanReader(frame);
        return MessageReader.TryReadType(ref reader, out _) && MessageReader.TryReadHeartbeat(ref reader, out _);
    }

    private static byte[] Acknowledge()
    {
        var (frame, vector, origins) = (new FrameBuffer(), new VersionVector(), new OriginTable(new ReplicaId(1)));
        for (var i = 0; i < Origins; i++) vector[origins.IndexOf(new ReplicaId((ulong)i + 1))] = 1_000_000UL * (ulong)(i + 1);
        MessageWriter.WriteAcknowledge(frame, 4711, vector, origins, OriginRange.All);
        return frame.Written.ToArray();
    }

    private static byte[] Heartbeat()
    {
        var frame = new FrameBuffer();
        MessageWriter.Write(frame, new Heartbeat(4711, 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 300, new PingEcho(299, 950_000)));
        return frame.Written.ToArray();
    }
}
