using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>One core in virtual time. A test plays its peers frame by frame and reads what the core sends.</summary>
internal sealed class ScriptedPeers
{
    public static readonly ObjectIdentity Map = new("m", ObjectKind.Map, "int");
    private readonly Dictionary<long, ulong> _numbers = [];
    private readonly FrameBuffer _frame = new();

    public ScriptedPeers(Func<CoreOptions, CoreOptions>? configure = null)
    {
        var options = new CoreOptions { ClusterName = "c", NodeName = "here", Address = "10.0.0.1:1" };
        Core = new ReplicaCore(configure?.Invoke(options) ?? options, new ReplicaId(100), seed: 1);
        Core.Start(Now);
        Step();
    }

    public ReplicaCore Core { get; }

    public Instant Now { get; set; } = new(TimeSpan.TicksPerDay);

    /// <summary>The frames that the core sent since the last look, by link.</summary>
    public List<(long Link, MessageType Type, byte[] Frame)> Sent { get; } = [];

    public List<CoreOutput> Outputs { get; } = [];

    public Store Store => Core.Store;

    public static ReplicaId IdOf(long link) => new((UInt128)link);

    /// <summary>Opens a link whose peer contains nothing, and forgets what the core sent so far.</summary>
    public void Open(long link, string cluster = "c", bool saysStatus = true, int version = 2)
    {
        Core.LinkOpened(link, null, $"10.0.1.{link}:5", new byte[16], Now);
        Say(link, f => MessageWriter.Write(f,
            new Hello(1, version, cluster, IdOf(link), $"n{link}", $"10.0.1.{link}:1", new byte[16], false)));
        if (saysStatus) SayStatus(link);
        Forget();
    }

    public void SayStatus(long link, StatusFlags flags = StatusFlags.None,
        params (ReplicaId Origin, ulong Sequence)[] vector) =>
        Say(link, f => MessageWriter.WriteStatus(f, Vector(vector), new VersionVector(), Core.Store.Origins,
            OriginRange.All, flags));

    public void SayData(long link, TransferBytes transfer, DataFlags flags = TransferBytes.Whole, ulong? number = null)
    {
        var next = number ?? _numbers.GetValueOrDefault(link) + 1;
        _numbers[link] = next;
        Say(link, f => MessageWriter.WriteData(f, new DataHeader(next, flags), transfer.Body));
    }

    public void Say(long link, Action<FrameBuffer> write)
    {
        _frame.Reset();
        write(_frame);
        Core.FrameReceived(link, _frame.Written, Now);
        Step();
    }

    /// <summary>Lets time pass: wakes the core at its deadlines, and sends heartbeats in the peers' names.</summary>
    public void Run(TimeSpan time)
    {
        var end = Now + time;
        while (Core.Deadline <= end)
        {
            Now = Instant.Max(new Instant(Now.Ticks + 1), Core.Deadline);
            foreach (var link in Core.Links.Where(l => l.IsOpen).Select(l => l.Id).ToArray()) Beat(link);
            Step();
        }

        Now = end;
    }

    public void Write(byte key, byte? value)
    {
        var entry = (OpaqueEntry)Core.Store.ObjectOf(Map).EntryOf([key]);
        entry.PendingWrite = new DetachedRecord { Payload = value is { } v ? [v] : null, Stamp = Core.Store.MaxStamp.Next };
        Core.Publish(entry);
        Step();
    }

    public void Forget()
    {
        Sent.Clear();
        Outputs.Clear();
    }

    public IEnumerable<byte[]> Frames(long link, MessageType type) =>
        Sent.Where(s => s.Link == link && s.Type == type).Select(s => s.Frame);

    public IEnumerable<Status> Statuses(long link) =>
        Frames(link, MessageType.Status).Select(f => ControlReader.ReadStatus(f)!);

    /// <summary>The transfers that were sent on a link: their flags and intervals.</summary>
    public List<(DataFlags Flags, List<(ReplicaId Origin, ulong From, ulong To)> Sections)> Transfers(long link,
        DeltaReaderState? state = null)
    {
        var transfers = new List<(DataFlags, List<(ReplicaId, ulong, ulong)>)>();
        state ??= new DeltaReaderState();
        foreach (var frame in Frames(link, MessageType.Data))
        {
            var message = new SpanReader(frame);
            Assert.True(MessageReader.TryReadType(ref message, out _));
            Assert.True(MessageReader.TryReadData(ref message, out var header, out var body));
            if ((header.Flags & DataFlags.Fresh) != 0) state.StartFresh();
            var reader = new DeltaReader(body.ToArray(), state);
            var sections = new List<(ReplicaId, ulong, ulong)>();
            Assert.NotNull(reader.ReadFloor());
            while (!reader.End)
            {
                Assert.True(reader.TryReadSection(out var origin, out var from, out var to));
                sections.Add((state.Origins[origin], from, to));
                var record = default(RawRecord);
                while (!reader.TryEndSection()) Assert.True(reader.TryReadRecord(ref record));
            }

            transfers.Add((header.Flags, sections));
        }

        return transfers;
    }

    public void Step()
    {
        Core.Pump(Now);
        foreach (var output in Core.Outputs.Items)
        {
            if (output.Kind == CoreOutputKind.Send) Sent.Add((output.Id, output.Type,
                Core.Outputs.FrameOf(output).ToArray()));
            else Outputs.Add(output);
        }

        Core.Outputs.Clear();
    }

    private void Beat(long link)
    {
        _frame.Reset();
        MessageWriter.Write(_frame, new Heartbeat(0, 0, 0, 0, default));
        Core.FrameReceived(link, _frame.Written, Now);
    }

    private VersionVector Vector((ReplicaId Origin, ulong Sequence)[] entries)
    {
        var vector = new VersionVector();
        foreach (var (id, sequence) in entries) vector[Core.Store.Origins.IndexOf(id)] = sequence;
        return vector;
    }
}
