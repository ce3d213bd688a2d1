using System.Diagnostics;
using PeerReplica.Benchmarks.Load.Nats;
using PeerReplica.Benchmarks.Load.Redis;

namespace PeerReplica.Benchmarks.Load.Peers;

/// <summary>Writing many keys at one peer, and waiting for them at another; moments are the machine's monotonic clock, the same in all processes.</summary>
internal sealed class FillCommands
{
    /// <summary>The reader looks at one key of so many while they arrive, so that looking costs little; all are counted when the time has been taken.</summary>
    private const int Stride = 64;

    private readonly LoadPeer _peer;
    private string[] _keys = [];
    private byte[][] _values = [];
    private volatile bool _isWriting;
    private Thread? _writer;

    public FillCommands(LoadPeer peer)
    {
        _peer = peer;
        peer.Add("prepare", words => Prepare(words[0][0], LoadPeer.Int(words[1]), LoadPeer.Int(words[2]), (byte)LoadPeer.Int(words[3])));
        peer.Add("release", _ => Prepare(' ', 0, 0, 0));
        peer.Add("fill", _ => Timed(Fill));
        peer.Add("arrived", _ => Arrived());
        peer.Add("redis-fill", words => Timed(() => RedisLoad.Fill(LoadPeer.Int(words[0]), _keys, _values)));
        peer.Add("redis-empty", words => LoadPeer.Say(RedisLoad.UntilEmpty(LoadPeer.Int(words[0]))));
        peer.Add("redis-arrived", words => LoadPeer.Say(RedisLoad.UntilCount(LoadPeer.Int(words[0]), LoadPeer.Int(words[1]))));
        peer.Add("nats-fill", words => Timed(() => NatsLoad.Fill(LoadPeer.Int(words[0]), _keys, _values)));
        peer.Add("nats-subscribe", words => NatsLoad.Subscribe(LoadPeer.Int(words[0]), LoadPeer.Int(words[1])));
        peer.Add("nats-arrived", _ => LoadPeer.Say(NatsLoad.Arrived()));
        peer.Add("akka-fill", _ => Timed(() => _peer.Akka.Node.Fill(_keys, _values)));
        peer.Add("akka-arrived", words => LoadPeer.Say(_peer.Akka.Node.UntilCount(LoadPeer.Int(words[0]))));
        peer.Add("write", words => StartWriting(LoadPeer.Int(words[0])));
        peer.Add("stop-writing", _ => StopWriting());
    }

    /// <summary>16 characters, each one byte when encoded.</summary>
    public static string KeyOf(char prefix, int index) => $"{prefix}-{index:d14}";

    /// <summary>The first byte is the generation: which writing of the key it is.</summary>
    public static byte[] ValueOf(int index, int size, byte generation)
    {
        var value = new byte[size];
        BitConverter.TryWriteBytes(value.AsSpan(4), index);
        value[0] = generation;
        return value;
    }

    private string Prepare(char prefix, int count, int size, byte generation)
    {
        _keys = [.. Enumerable.Range(0, count).Select(i => KeyOf(prefix, i))];
        _values = [.. Enumerable.Range(0, count).Select(i => ValueOf(i, size, generation))];
        GC.Collect();
        return "0";
    }

    /// <summary>When the writing began, and when it had ended.</summary>
    private static string Timed(Action fill)
    {
        var start = Stopwatch.GetTimestamp();
        fill();
        return LoadPeer.Say(start, Stopwatch.GetTimestamp());
    }

    private void Fill()
    {
        var map = _peer.Host.Map;
        for (var i = 0; i < _keys.Length; i++) map.Set(_keys[i], _values[i]);
    }

    /// <summary>When everything that was prepared here had arrived from there, and the CPU seconds that the process had used by then.</summary>
    private string Arrived()
    {
        var map = _peer.Host.Map;
        for (var i = 0; i < _keys.Length; i = i == _keys.Length - 1 ? i + 1 : Math.Min(i + Stride, _keys.Length - 1))
        {
            while (!IsHere(map, i)) Thread.Sleep(1);
        }

        var moment = Stopwatch.GetTimestamp();
        var cpu = Environment.CpuUsage.TotalTime.TotalSeconds;
        for (var i = 0; i < _keys.Length; i++)
        {
            // Had one come later than the one after it, the later moment would count.
            for (; !IsHere(map, i); moment = Stopwatch.GetTimestamp()) Thread.Sleep(1);
        }

        return LoadPeer.Say(moment, cpu);
    }

    private bool IsHere(IReplicatedMap<string, byte[]> map, int index) => map.TryGetValue(_keys[index], out var value) && value[0] == _values[index][0];

    /// <summary>Goes on changing what was prepared, so many entries a second, and sets the stamp with each millisecond's.</summary>
    private string StartWriting(int rate)
    {
        var host = _peer.Host;
        var (map, stamp) = (host.Map, host.Stamp);
        _isWriting = true;
        _writer = new Thread(() =>
        {
            var clock = Stopwatch.StartNew();
            for (var written = 0L; _isWriting; Thread.Sleep(1))
            {
                for (var due = (long)(clock.Elapsed.TotalSeconds * rate); written < due; written++) map.Set(_keys[written % _keys.Length], _values[written % _keys.Length]);
                stamp.Set(Stopwatch.GetTimestamp());
            }
        });
        _writer.Start();
        return "0";
    }

    private string StopWriting()
    {
        _isWriting = false;
        _writer?.Join();
        return "0";
    }
}
