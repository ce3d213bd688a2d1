using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PeerReplica.Benchmarks.Load;

/// <summary>Replicas in processes of their own, measured beside bare sockets and bare memory in the same run. Prints a table and one line of JSON.</summary>
internal sealed class LoadProgram(bool isSmoke)
{
    /// <summary>Longer than the broadcast interval: what is measured is the way of a single change, not the throttle.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(8);

    private readonly List<Figure> _figures = [];
    private readonly int _samples = isSmoke ? 50 : 2000;
    private readonly int _entries = isSmoke ? 10_000 : 1_000_000;
    private readonly TimeSpan _duration = isSmoke ? TimeSpan.FromSeconds(0.3) : TimeSpan.FromSeconds(3);

    public async Task<int> RunAsync()
    {
        using var a = await LoadHost.StartAsync("a");
        using (var b = await PeerProcess.StartAsync("b", a.Replica.Self.Address))
        {
            await PropagationAsync(a, b);
            await UpdatesAsync(a, b);
            using var c = await PeerProcess.StartAsync("c", a.Replica.Self.Address);
            Note(new("join with the entries above, from the peer's start", c.JoinTime.TotalMilliseconds, "ms"));
            await HotCounterAsync(a, b, c);
        }

        Memory();
        Figure.Print(_figures);
        return 0;
    }

    private async Task PropagationAsync(LoadHost a, PeerProcess b)
    {
        var bare = await BareOneWayAsync(b);
        await b.TellAsync($"watcher {_samples}");
        await Task.Delay(200);
        for (var i = 0; i < _samples + (_samples / 10); i++)
        {
            a.Stamp.Set(Stopwatch.GetTimestamp());
            await Task.Delay(s_pause);
        }

        var delays = await b.NumbersAsync();
        foreach (var percentile in (double[])[0.5, 0.99])
            Note(new($"write here until a watcher there is told, p{percentile * 100:0}", At(delays, percentile), "us", At(bare, percentile)));
    }

    /// <summary>Half of each round trip of 32 bytes over a bare socket, in microseconds.</summary>
    private async Task<double[]> BareOneWayAsync(PeerProcess b)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, (int)await b.AskAsync("echo")));
        var buffer = new byte[32];
        var trips = new double[_samples];
        for (var i = 0; i < _samples; i++)
        {
            await Task.Delay(1);
            var start = Stopwatch.GetTimestamp();
            socket.Send(buffer);
            for (var got = 0; got < buffer.Length;) got += socket.Receive(buffer.AsSpan(got));
            trips[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds / 2;
        }

        return trips;
    }

    private async Task UpdatesAsync(LoadHost a, PeerProcess b)
    {
        var before = a.Metrics["peerreplica.sent.bytes.Data"];
        var clock = Stopwatch.StartNew();
        for (var i = 0L; i < _entries; i++) a.Map.Set(i, i);
        var written = clock.Elapsed;
        while (await b.AskAsync("count") < _entries) await Task.Delay(5);
        Note(new("distinct keys written, and on the peer", _entries / clock.Elapsed.TotalSeconds, "updates/s"));
        Note(new("the writing alone", _entries / written.TotalSeconds, "updates/s"));
        Note(new("bytes sent for an update of an 8-byte key and value, at most 18 encoded", (a.Metrics["peerreplica.sent.bytes.Data"] - before) / (double)_entries, "bytes"));
    }

    private async Task HotCounterAsync(LoadHost a, PeerProcess b, PeerProcess c)
    {
        foreach (var peer in (PeerProcess[])[b, c])
        {
            await peer.TellAsync("add");
            await peer.LineAsync();
        }

        var frames = a.Metrics["peerreplica.sent.frames.Data"];
        var clock = Stopwatch.StartNew();
        Note(new("additions to a counter while two peers add at full speed, three processes on this machine", AddsPerSecond(a), "adds/s"));
        Note(new("data frames sent meanwhile, per link", (a.Metrics["peerreplica.sent.frames.Data"] - frames) / clock.Elapsed.TotalSeconds / 2, "frames/s"));
        foreach (var peer in (PeerProcess[])[b, c])
        {
            await peer.TellAsync("stop");
            await peer.LineAsync();
        }

        var sum = -1L;
        while (sum != a.Counter.Value)
        {
            sum = a.Counter.Value;
            await Task.Delay(100);
        }

        if (await b.AskAsync("sum") != sum || await c.AskAsync("sum") != sum) throw new InvalidOperationException("The replicas' sums differ.");
    }

    private double AddsPerSecond(LoadHost host)
    {
        var adds = 0L;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < _duration)
        {
            for (var i = 0; i < 10_000; i++) host.Counter.Add(1);
            adds += 10_000;
        }

        return adds / clock.Elapsed.TotalSeconds;
    }

    private void Memory()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var bare = new ConcurrentDictionary<string, byte[]>();
        for (var i = 0; i < _entries; i++) bare[$"key-{i:d12}"] = BitConverter.GetBytes((long)i);
        var baseline = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)_entries;
        GC.KeepAlive(bare);
        bare = null;
        before = GC.GetTotalMemory(forceFullCollection: true);
        using var local = new InProcess.LocalReplica(r => r.AddMap<string, byte[]>("m", null));
        var map = local.Replica.GetMap<string, byte[]>("m");
        for (var i = 0; i < _entries; i++) map.Set($"key-{i:d12}", BitConverter.GetBytes((long)i));
        local.Replica.GetContentHashAsync().GetAwaiter().GetResult();
        Note(new("memory for an entry, 16-character key, 8-byte value", (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)_entries, "bytes", baseline));
    }

    private void Note(Figure figure)
    {
        _figures.Add(figure);
        Console.WriteLine($"measured: {figure.Name}");
    }

    private static double At(double[] values, double percentile)
    {
        var sorted = values.Order().ToArray();
        return sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * percentile)];
    }
}
