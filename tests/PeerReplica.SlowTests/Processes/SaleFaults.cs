namespace PeerReplica.SlowTests.Processes;

/// <summary>
/// What befalls three selling peers in one round, from a seed: which faults, on whom, after what pause and for how long. How far the sale is by then is up to
/// the machine.
/// </summary>
internal sealed class SaleFaults(SalePeers peers, NetworkNamespaces network, int seed)
{
    private const int MaxFaults = 10;
    private static readonly TimeSpan s_memberWithin = TimeSpan.FromSeconds(60);

    private readonly Random _random = new(seed);
    private readonly List<Task> _underWay = [];
    private readonly List<string> _done = [];
    private Task _kill = Task.CompletedTask;

    private enum Kind
    {
        Kill,
        Stop,
        CutPeer,
        CutPair,
    }

    public int Kills { get; private set; }

    public int Count => _done.Count;

    public override string ToString() => string.Join(", ", _done);

    /// <summary>Each kind once and then any, until most is sold; returns when all is healed and everyone is back.</summary>
    public async Task RunAsync(long soldAtMost)
    {
        // Dense rounds, in which there is seldom a majority, and sparse ones, in which the sale goes on in between.
        var longestPause = _random.Next(600, 2500);
        var first = Enum.GetValues<Kind>();
        _random.Shuffle(first);
        while (Count < first.Length || (Count < MaxFaults && peers.Journaled < soldAtMost))
        {
            await Task.Delay(_random.Next(100, longestPause));
            Begin(Count < first.Length ? first[Count] : (Kind)_random.Next(first.Length));
        }

        await Task.WhenAll(_underWay);
    }

    private void Begin(Kind kind)
    {
        var (host, other) = (_random.Next(1, 4), _random.Next(1, 3));
        var lasts = TimeSpan.FromMilliseconds(_random.Next(200, 3000));
        if (other >= host) other++;

        // One of three at a time: a majority of the voters must not end before the account consensus has replaced the one that ended.
        if (kind == Kind.Kill && !_kill.IsCompleted) kind = Kind.Stop;
        _done.Add(kind == Kind.CutPair ? $"{kind} {host}-{other} {lasts.TotalSeconds:0.0} s" : $"{kind} {host} {lasts.TotalSeconds:0.0} s");
        _underWay.Add(kind switch
        {
            Kind.Kill => _kill = KillAsync(host, lasts / 2),
            Kind.Stop => StopAsync(peers[host], lasts),
            Kind.CutPeer => Task.WhenAll(CutAsync(host, other, lasts), CutAsync(host, 6 - host - other, lasts)),
            _ => CutAsync(host, other, lasts),
        });
    }

    private async Task KillAsync(int host, TimeSpan lasts)
    {
        Kills++;
        await peers.KillAsync(host);
        await Task.Delay(lasts);
        await peers.StartAsync(host);
        await peers[host].AskAsync(SalePeers.Sell);
        foreach (var h in SalePeers.Hosts) await peers[h].UntilAsync("voters", v => v == "host-1,host-2,host-3", s_memberWithin);
    }

    private static async Task StopAsync(PeerProcess peer, TimeSpan lasts)
    {
        peer.Signal("STOP");
        await Task.Delay(lasts);
        peer.Signal("CONT");
    }

    private async Task CutAsync(int host, int other, TimeSpan lasts)
    {
        network.Cut(host, other);
        await Task.Delay(lasts);
        network.Restore(host, other);
    }
}
