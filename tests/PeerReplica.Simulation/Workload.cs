using System.Globalization;
using PeerReplica.Testing;

namespace PeerReplica.Simulation;

/// <summary>Writes to objects of every type, from every replica, at random moments and often at the same one.</summary>
internal sealed class Workload
{
    private const int Keys = 12;

    private readonly SimulatedCluster _cluster;
    private readonly Random _random;
    private readonly Action<IPeerReplica>[] _operations;

    public Workload(SimulatedCluster cluster, Random random)
    {
        _cluster = cluster;
        _random = random;
        _operations =
        [
            r => r.GetCounter("sold").Add(_random.Next(-5, 50)),
            r => r.GetCounter("visits").Add(1),
            r => r.GetRegister<string>("banner").Set(Text(40)),
            r => r.GetRegister<string>("banner").Clear(),
            r => r.GetMultiValueRegister<int>("conflicted").Set(_random.Next(1000)),
            r => r.GetMap<int, string>("carts").Set(_random.Next(Keys), Text(300)),
            r => r.GetMap<int, string>("carts").Set(_random.Next(Keys), Text(20)),
            r => r.GetMap<int, string>("carts").Remove(_random.Next(Keys)),
            r => r.GetMap<string, long>("sessions").Set(Key(), _random.NextInt64()),
            r => r.GetMap<string, long>("sessions").Set(Key(), _random.NextInt64(), TimeSpan.FromMilliseconds(_random.Next(1, 1500))),
            r => r.GetMap<string, long>("sessions").Remove(Key()),
            r => r.GetSet<int>("revoked").Add(_random.Next(Keys)),
            r => r.GetSet<int>("revoked").Remove(_random.Next(Keys)),
            r => r.GetFlag("open").Enable(),
            r => r.GetFlag("open").Disable(),
            r => r.GetPresence<int>("load").Set(_random.Next(100)),
            r => Attempt(() => r.GetCounter("sold").AddAsync(1, AnyWriteConcern())),
            r => Attempt(() => r.GetMap<int, string>("carts").SetAsync(_random.Next(Keys), Text(100), AnyWriteConcern())),
            r => Attempt(() => r.GetSet<int>("revoked").ContainsAsync(1, ReadConcern.Majority)),
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
        }
    }

    private void WriteOnce()
    {
        var machine = _cluster.Replicas[_random.Next(_cluster.Replicas.Count)];
        if (!machine.IsRunning || machine.IsPaused) return;
        Operations++;
        var operation = _operations[_random.Next(_operations.Length)];
        operation(machine.Replica);

        // The same again elsewhere at the same moment: equal timestamps must not matter.
        var other = _cluster.Replicas[_random.Next(_cluster.Replicas.Count)];
        if (_random.Next(6) == 0 && other is { IsRunning: true, IsPaused: false }) operation(other.Replica);
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
