using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>What becomes of a frame on its way.</summary>
internal enum FrameFate
{
    Delivered,
    Lost,

    /// <summary>The transport refuses the frame; it has room again a moment later.</summary>
    Refused,
}

/// <summary>Two cores with one connection between them, on virtual time, and a test that decides what becomes of each frame.</summary>
internal sealed class CorePair
{
    private static readonly ObjectIdentity s_map = new("m", ObjectKind.Map, "int");
    private readonly ReplicaCore[] _cores;
    private readonly Queue<(int To, byte[] Frame)> _network = new();

    public CorePair(Func<CoreOptions, CoreOptions>? configure = null)
    {
        _cores = [Core(0, configure), Core(1, configure)];
        foreach (var core in _cores) core.Start(Now);
        for (var i = 0; i < 2; i++) _cores[i].LinkOpened(1, i == 0 ? 99 : null, "there", new byte[16], Now);
        Settle();
    }

    public Instant Now { get; private set; } = new(TimeSpan.TicksPerDay);

    /// <summary>What becomes of a frame that a core sends. Default: delivered.</summary>
    public Func<int, MessageType, FrameFate> Fate { get; set; } = static (_, _) => FrameFate.Delivered;

    /// <summary>How many frames of each kind each core has sent, lost and refused ones included.</summary>
    public Dictionary<(int From, MessageType Type), int> Sent { get; } = [];

    public ReplicaCore this[int index] => _cores[index];

    public Link LinkOf(int index) => _cores[index].Links.Single();

    public bool AreEqual => _cores[0].Store.Vector[0] > 0
        && ContentHash.OfVector(_cores[0].Store.Vector, _cores[0].Store.Origins) == ContentHash.OfVector(_cores[1].Store.Vector, _cores[1].Store.Origins);

    /// <summary>Writes, or removes, a key of the map on one core.</summary>
    public void Write(int index, byte key, byte? value)
    {
        var entry = (OpaqueEntry)_cores[index].Store.ObjectOf(s_map).EntryOf([key]);
        entry.PendingWrite = new DetachedRecord { Payload = value is { } v ? [v] : null, Stamp = _cores[index].Store.MaxStamp.Next };
        _cores[index].Publish(entry);
        Pump(index);
        Settle();
    }

    /// <summary>Lets time pass, and wakes each core when it asked for it. Returns how often.</summary>
    public int Run(TimeSpan time)
    {
        var end = Now + time;
        var wakes = 0;
        while (true)
        {
            var next = Instant.Min(_cores[0].Deadline, _cores[1].Deadline);
            if (next > end) break;
            Now = Instant.Max(Now, next);
            for (var i = 0; i < 2; i++)
            {
                if (_cores[i].Deadline <= Now) wakes++;
                if (_cores[i].Deadline <= Now) Pump(i);
            }

            Settle();
        }

        Now = end;
        return wakes;
    }

    /// <summary>Lets time pass without anything happening, as on a machine that is suspended.</summary>
    public void StandStill(TimeSpan time) => Now += time;

    public void LoseLink()
    {
        for (var i = 0; i < 2; i++)
        {
            _cores[i].LinkClosed(1, Now);
            Pump(i);
        }

        _network.Clear();
    }

    public void Pump(int index)
    {
        _cores[index].Pump(Now);
        Take(index);
    }

    private static ReplicaCore Core(int index, Func<CoreOptions, CoreOptions>? configure)
    {
        var options = new CoreOptions { ClusterName = "c", NodeName = $"n{index}", Address = $"10.0.0.{index}:1", SeedTimeout = TimeSpan.FromMilliseconds(1) };
        return new ReplicaCore(configure?.Invoke(options) ?? options, new ReplicaId((UInt128)index + 1), seed: 1);
    }

    private void Settle()
    {
        for (var i = 0; i < 2; i++) Pump(i);
        while (_network.TryDequeue(out var arrival))
        {
            _cores[arrival.To].FrameReceived(1, arrival.Frame, Now);
            Pump(arrival.To);
        }
    }

    private void Take(int index)
    {
        var core = _cores[index];
        var outputs = core.Outputs.Items.ConvertAll(o => (o, Frame: o.Kind == CoreOutputKind.Send ? core.Outputs.FrameOf(o).ToArray() : []));
        core.Outputs.Clear();
        var isRefused = false;
        foreach (var (output, frame) in outputs)
        {
            if (output.Kind != CoreOutputKind.Send) continue;
            Sent[(index, output.Type)] = Sent.GetValueOrDefault((index, output.Type)) + 1;
            var fate = Fate(index, output.Type);
            if (fate == FrameFate.Delivered) _network.Enqueue((1 - index, frame));
            if (fate != FrameFate.Refused) continue;
            core.FrameRefused(1, output.Type, Now);
            isRefused = true;
        }

        if (!isRefused) return;
        core.Pump(Now);
        core.RoomChanged(1, true, Now);
    }
}
