using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Wire;

/// <summary>A message of every type. A new type joins by a line here; see <see cref="GoldenTests"/> for how its file is written.</summary>
internal static class GoldenFrames
{
    private static readonly ReplicaId s_one = new(new UInt128(0x0001020304050607, 0x08090A0B0C0D0E0F));
    private static readonly ReplicaId s_two = new(new UInt128(0xF0E0D0C0B0A09080, 0x7060504030201000));
    private static readonly OriginTable s_origins = Origins();
    private static readonly byte[] s_nonce = [.. Enumerable.Range(0xE0, 16).Select(i => (byte)i)];

    private static readonly Heartbeat s_heartbeat = new(1, 0x8000_0000_0000_0000, 0xFFFF_FFFF, 128, new PingEcho(65_536, 999_999));
    private static readonly Hello s_hello = new(1, 300, "tickets", s_one, "node-ä", "10.0.0.11:7400", s_nonce, true);

    private static readonly DeclaredObject[] s_objects =
    [
        new(new("seats", ObjectKind.BoundedCounter, ""), "", [100, -5, 120]),
        new(new("sessions", ObjectKind.Map, "string"), "bytes", []),
    ];

    public static IReadOnlyList<GoldenFrame> All { get; } =
    [
        new("hello", MessageType.Hello, o => MessageWriter.Write(o, s_hello), CheckHello),
        new("status", MessageType.Status, o => MessageWriter.WriteStatus(o, Vector(5, 70_000), Vector(0, 200), s_origins, OriginRange.All, StatusFlags.Restart), CheckStatus),
        new("acknowledge", MessageType.Acknowledge, o => MessageWriter.WriteAcknowledge(o, 9, Vector(0, ulong.MaxValue), s_origins, OriginRange.All), CheckAcknowledge),
        new("heartbeat", MessageType.Heartbeat, o => MessageWriter.Write(o, s_heartbeat), CheckHeartbeat),
        new("pull-missing", MessageType.Pull, o => MessageWriter.WritePull(o, PullKind.Missing), NumberIs(0)),
        new("pull-pass", MessageType.Pull, o => MessageWriter.WritePull(o, PullKind.FullState), NumberIs(1)),
        new("pull-repair", MessageType.Pull, o => MessageWriter.WritePull(o, PullKind.Repair), NumberIs(2)),
        new("links", MessageType.Links, o => MessageWriter.WriteLinks(o, [s_one, s_two]), CheckLinks),
        new("row", MessageType.Row, o => MessageWriter.WriteRow(o, s_two, Vector(3, 4), s_origins, OriginRange.All), CheckRow),
        new("probe", MessageType.Probe, o => MessageWriter.WriteProbe(o, 255), NumberIs(255)),
        new("probe-reply", MessageType.ProbeReply, o => MessageWriter.WriteProbeReply(o, 256, Vector(1, 0), s_origins, OriginRange.All), CheckProbeReply),
        new("bye", MessageType.Bye, o => MessageWriter.WriteBye(o, 8), NumberIs(8)),
        new("objects", MessageType.Objects, o => MessageWriter.WriteObjects(o, false, s_objects), CheckObjects),
        new("address-report", MessageType.AddressReport, o => MessageWriter.Write(o, new AddressReport(AddressVerdict.NotResolved, null)), ReportIs(new(AddressVerdict.NotResolved, null))),
        new("address-report-host", MessageType.AddressReport, o => MessageWriter.Write(o, new AddressReport(AddressVerdict.NoAnswer, "10.0.0.11")), ReportIs(new(AddressVerdict.NoAnswer, "10.0.0.11"))),
        .. GoldenDeltas.All,
    ];

    private static OriginTable Origins()
    {
        var origins = new OriginTable(s_one);
        origins.IndexOf(s_two);
        return origins;
    }

    private static VersionVector Vector(ulong one, ulong two) => new() { [0] = one, [1] = two };

    private static Action<byte[]> NumberIs(ulong expected) => frame =>
    {
        Assert.True(ControlReader.TryReadNumber(frame, out var number));
        Assert.Equal(expected, number);
    };

    private static Action<byte[]> ReportIs(AddressReport expected) => frame =>
    {
        Assert.True(ControlReader.TryReadAddressReport(frame, out var report));
        Assert.Equal(expected, report);
    };

    private static void CheckHello(byte[] frame)
    {
        var hello = ControlReader.ReadHello(frame);
        Assert.NotNull(hello);
        Assert.Equal(s_nonce, hello.Nonce);
        Assert.Equal(s_hello, hello with { Nonce = s_nonce });
    }

    private static void CheckStatus(byte[] frame)
    {
        var status = ControlReader.ReadStatus(frame);
        Assert.NotNull(status);
        Assert.Equal([(s_one, 5), (s_two, 70_000)], status.Vector);
        Assert.Equal([(s_two, 200)], status.Floor);
        Assert.Equal(StatusFlags.Restart, status.Flags);
    }

    private static void CheckAcknowledge(byte[] frame)
    {
        var fields = GoldenTests.FieldsOf(frame);
        Assert.True(MessageReader.TryReadAcknowledge(ref fields, out var number, out var changed));
        Assert.Equal(9UL, number);
        Assert.Equal([(s_two, ulong.MaxValue)], changed);
    }

    private static void CheckHeartbeat(byte[] frame)
    {
        var fields = GoldenTests.FieldsOf(frame);
        Assert.True(MessageReader.TryReadHeartbeat(ref fields, out var heartbeat));
        Assert.Equal(s_heartbeat, heartbeat);
    }

    private static void CheckLinks(byte[] frame) => Assert.Equal([s_one, s_two], ControlReader.ReadLinks(frame)!);

    private static void CheckRow(byte[] frame)
    {
        Assert.True(ControlReader.TryReadRow(frame, out var row));
        Assert.Equal(s_two, row.Member);
        Assert.Equal([(s_one, 3UL), (s_two, 4UL)], row.Vector);
    }

    private static void CheckProbeReply(byte[] frame)
    {
        Assert.True(ControlReader.TryReadProbeReply(frame, out var reply));
        Assert.Equal(256UL, reply.Id);
        Assert.Equal([(s_one, 1UL)], reply.Vector);
    }

    private static void CheckObjects(byte[] frame)
    {
        var objects = ControlReader.ReadObjects(frame, out var isContinued)!;
        Assert.False(isContinued);
        Assert.Equal(s_objects.Length, objects.Length);
        Assert.All(objects.Zip(s_objects), o => Assert.True(o.First.Agrees(o.Second)));
    }
}
