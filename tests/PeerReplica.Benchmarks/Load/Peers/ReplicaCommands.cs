using System.Diagnostics;
using System.Globalization;

namespace PeerReplica.Benchmarks.Load.Peers;

/// <summary>Starting the peer's replica, and asking what it holds and what it has sent.</summary>
internal sealed class ReplicaCommands
{
    /// <summary>A replica whose newest stamp is no older follows the writes as they are made.</summary>
    private static readonly TimeSpan s_fresh = TimeSpan.FromMilliseconds(20);

    private LoadHost? _host;

    public ReplicaCommands(LoadPeer peer)
    {
        peer.Add("start", words => Start(() => LoadHost.StartAsync(words[0], words[1..])));
        peer.Add("sell", words => Start(() => LoadHost.StartSellerAsync(words[0], long.Parse(words[1], CultureInfo.InvariantCulture), words[2..])));
        peer.Add("join", words => Join(words[0], words[1]));
        peer.Add("leave", _ => Leave());
        peer.Add("linked", _ => LoadPeer.Say(Host.Replica.Peers.Count(p => p.State == PeerState.Up)));
        peer.Add("count", _ => LoadPeer.Say(Host.Map.Count));
        peer.Add("sum", _ => LoadPeer.Say(Host.Counter.Value));
        peer.Add("rights", _ => LoadPeer.Say(Host.Seats.AvailableHere));
        peer.Add("sold", _ => LoadPeer.Say(Host.Seats.GetAudit().Sold));
        peer.Add("sent", _ => LoadPeer.Say(Host.Metrics.OfAllKinds("peerreplica.sent.bytes"), Host.Metrics.OfAllKinds("peerreplica.sent.frames")));
        peer.Add("add", words => Add(LoadPeer.Int(words[0])));
        peer.Add("majority", words => LoadPeer.Say(MajorityAsync(LoadPeer.Int(words[0]), LoadPeer.Int(words[1])).GetAwaiter().GetResult()));
    }

    public LoadHost Host => _host ?? throw new InvalidOperationException("No replica was started.");

    public void Stop()
    {
        _host?.Dispose();
        _host = null;
    }

    private string Start(Func<Task<LoadHost>> start)
    {
        _host = start().GetAwaiter().GetResult();
        Host.Replica.WaitUntilSyncedAsync().GetAwaiter().GetResult();
        return Host.Replica.Self.Address;
    }

    /// <summary>Milliseconds from the start of the replica until it is synchronized, and until it follows the writes that go on meanwhile.</summary>
    private string Join(string name, string seed)
    {
        var clock = Stopwatch.StartNew();
        _host = LoadHost.StartAsync(name, seed).GetAwaiter().GetResult();
        Host.Replica.WaitUntilSyncedAsync().GetAwaiter().GetResult();
        var synced = clock.Elapsed;
        while (Stopwatch.GetElapsedTime(Host.Stamp.Value) > s_fresh) Thread.Sleep(1);
        return LoadPeer.Say(synced.TotalMilliseconds, clock.Elapsed.TotalMilliseconds);
    }

    private string Leave()
    {
        Stop();
        return "0";
    }

    /// <summary>Additions per second of one thread, for so many milliseconds.</summary>
    private string Add(int milliseconds)
    {
        var counter = Host.Counter;
        var adds = 0L;
        var clock = Stopwatch.StartNew();
        while (clock.ElapsedMilliseconds < milliseconds)
        {
            for (var i = 0; i < 10_000; i++) counter.Add(1);
            adds += 10_000;
        }

        return LoadPeer.Say(adds / clock.Elapsed.TotalSeconds);
    }

    /// <summary>Microseconds from writes until a majority holds them, one write after the other with a pause.</summary>
    private async Task<List<double>> MajorityAsync(int samples, int pause)
    {
        var map = Host.Map;
        var trips = new List<double>(samples);
        for (var i = 0; i < samples; i++)
        {
            await Task.Delay(pause);
            var start = Stopwatch.GetTimestamp();
            await map.SetAsync("majority", BitConverter.GetBytes(start), WriteConcern.Majority);
            trips.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        return trips;
    }
}
