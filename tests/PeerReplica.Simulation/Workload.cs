using System.Globalization;
using MessagePack;
using PeerReplica.Hosting;
using PeerReplica.Testing;
using PeerReplica.Wire;

namespace PeerReplica.Simulation;

/// <summary>Writes to objects of every type, from every replica, at random moments and often at the same one.</summary>
internal sealed class Workload
{
    private const int Keys = 12;

    private readonly SimulatedCluster _cluster;
    private readonly Random _random;
    private readonly Action<SimulatedRun>[] _operations;
    private readonly RegisterWitness _witness;

    public Workload(SimulatedCluster cluster, Random random)
    {
        _cluster = cluster;
        _random = random;
        _witness = new RegisterWitness(cluster);
        _operations =
        [
            r => r.Node.GetCounter("sold").Add(_random.Next(-5, 50)),
            r => r.Node.GetCounter("visits").Add(1),
            r => Seen(r, "banner").GetRegister<string>("banner").Set(Text(40)),
            r => Seen(r, "banner").GetRegister<string>("banner").Clear(),
            r => WriteConflicted(r, _witness.Set),
            r => WriteConflicted(r, _random.Next(4) == 0 ? _witness.Clear : _witness.Set),
            r => WriteCart(r, (map, key) => map.Set(key, Text(300))),
            r => WriteCart(r, (map, key) => map.Set(key, Text(20))),
            r => WriteCart(r, (map, key) => map.Remove(key)),
            r => r.Node.GetMap<string, long>("sessions").Set(Key(), _random.NextInt64()),
            r => r.Node.GetMap<string, long>("sessions").Set(Key(), _random.NextInt64(), TimeSpan.FromMilliseconds(_random.Next(1, 1500))),
            r => r.Node.GetMap<string, long>("sessions").Remove(Key()),
            r => r.Node.GetMap<int, int>("logins").Set(_random.Next(Keys), _random.Next()),
            r => r.Node.GetMap<int, int>("logins").TryGetValue(_random.Next(Keys), out _),
            r => r.Node.GetMap<int, int>("logins").Touch(_random.Next(Keys)),
            r => r.Node.GetMap<int, int>("logins").Remove(_random.Next(Keys)),
            r => r.Node.GetMap<int, int>("cache").Set(_random.Next(Keys), _random.Next()),
            r => WriteRevoked(r, (set, item) => set.Add(item)),
            r => WriteRevoked(r, (set, item) => set.Remove(item)),
            r => Seen(r, "open").GetFlag("open").Enable(),
            r => Seen(r, "open").GetFlag("open").Disable(),
            r => r.Node.GetPresence<int>("load").Set(_random.Next(100)),
            r => Attempt(() => r.Node.GetCounter("sold").AddAsync(1, AnyWriteConcern())),
            r => Attempt(() => WriteCart(r, (map, key) => map.SetAsync(key, Text(100), AnyWriteConcern()))),
            r => Attempt(() => r.Node.GetSet<int>("revoked").ContainsAsync(1, ReadConcern.Majority)),
        ];
    }

    public long Operations { get; private set; }

    public void RunFor(TimeSpan duration)
    {
        var end = _cluster.Now + duration;
        var mean = _random.Next(2, 40);
        while (_cluster.Now < end)
        {
            _cluster.RunFor(TimeSpan.FromMilliseconds(_random.Next(mean * 2)));
            for (var burst = 1 + (_random.Next(4) == 0 ? _random.Next(20) : 0); burst > 0; burst--) WriteOnce();
            if (_cluster.Replicas.Count < 9 && _random.Next(400) == 0) _cluster.Add();
            if (_random.Next(40) == 0) Operate();
        }
    }

    /// <summary>An instance is stopped and started again, or ends and never returns; then another may come under another name.</summary>
    private void Operate()
    {
        var machine = _cluster.Replicas[_random.Next(_cluster.Replicas.Count)];
        if (_random.Next(2) == 0)
        {
            machine.Stop();
            _cluster.After(TimeSpan.FromMilliseconds(_random.Next(1, 1500)), machine.Start);
        }
        else if (_cluster.Replicas.Count > 2 && _cluster.Replicas.Any(r => r != machine && r.IsRunning))
        {
            _cluster.Remove(machine);
            if (_random.Next(2) == 0) _cluster.After(TimeSpan.FromMilliseconds(_random.Next(1, 1500)), () => _cluster.Add());
        }
    }

    private void WriteOnce()
    {
        var machine = _cluster.Replicas[_random.Next(_cluster.Replicas.Count)];
        if (!machine.IsRunning || machine.IsPaused) return;
        Operations++;
        var operation = _operations[_random.Next(_operations.Length)];
        operation(machine.Run!);

        // The same again elsewhere at the same moment: equal timestamps must not matter.
        var other = _cluster.Replicas[_random.Next(_cluster.Replicas.Count)];
        if (_random.Next(6) == 0 && other is { IsRunning: true, IsPaused: false }) operation(other.Run!);
    }

    /// <summary>What is wrong with what is held once all replicas are equal; null when nothing is.</summary>
    public string? Judge(IPeerReplica replica) => _witness.Judge(replica);

    /// <summary>Notes what the app can see of an object with a single entry; then it writes.</summary>
    private PeerReplicaNode Seen(SimulatedRun run, string name)
    {
        _cluster.Observations.Note(run, name, [MessagePackCode.Nil]);
        return run.Node;
    }

    private void WriteConflicted(SimulatedRun run, Action<SimulatedRun> write)
    {
        Seen(run, "conflicted");
        write(run);
    }

    private T WriteCart<T>(SimulatedRun run, Func<IReplicatedMap<int, string>, int, T> write) =>
        write(run.Node.GetMap<int, string>("carts"), SeenKey(run, "carts"));

    private void WriteCart(SimulatedRun run, Action<IReplicatedMap<int, string>, int> write) =>
        write(run.Node.GetMap<int, string>("carts"), SeenKey(run, "carts"));

    private void WriteRevoked(SimulatedRun run, Action<IReplicatedSet<int>, int> write) =>
        write(run.Node.GetSet<int>("revoked"), SeenKey(run, "revoked"));

    /// <summary>Draws a key and notes what the app can see of it; then it writes.</summary>
    private int SeenKey(SimulatedRun run, string name)
    {
        var key = _random.Next(Keys);
        var encoded = new FrameBuffer();
        var output = new MessagePackWriter(encoded);
        output.WriteInt(key);
        output.Flush();
        _cluster.Observations.Note(run, name, encoded.Written);
        return key;
    }

    private WriteConcern AnyWriteConcern() => _random.Next(3) switch
    {
        0 => WriteConcern.Majority,
        1 => WriteConcern.Peers(1),
        _ => WriteConcern.All,
    };

    private void Attempt(Func<Task> work) => _cluster.Begin(async () =>
    {
        try
        {
            await work();
        }
        catch (ConcernException)
        {
            // Too few could be reached in time: what the caller is told, and nothing to do with what is held.
        }
    });

    private string Key() => _random.Next(Keys).ToString(CultureInfo.InvariantCulture);

    private string Text(int maxLength) => new((char)('a' + _random.Next(26)), _random.Next(1, maxLength));
}
