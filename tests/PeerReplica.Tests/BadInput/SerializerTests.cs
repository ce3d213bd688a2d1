using System.Buffers;
using PeerReplica.DependencyInjection;
using PeerReplica.Testing;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.BadInput;

public sealed class SerializerTests
{
    private sealed class Fragile : IReplicaSerializer
    {
        private readonly SystemTextJsonReplicaSerializer _inner = new();

        public bool WriteThrows { get; set; }

        /// <summary>Whether the replica that reads now cannot.</summary>
        public Func<bool> ReadThrows { get; set; } = () => false;

        public void Serialize<T>(IBufferWriter<byte> output, T value)
        {
            if (WriteThrows)
            {
                output.Write<byte>([1, 2, 3]);
                throw new InvalidOperationException("no ink");
            }

            _inner.Serialize(output, value);
        }

        public T Deserialize<T>(ReadOnlySpan<byte> bytes) =>
            ReadThrows() ? throw new InvalidOperationException("no glasses") : _inner.Deserialize<T>(bytes);
    }

    [Fact]
    public void A_serializer_that_throws_on_write_tells_the_caller_and_nothing_is_published()
    {
        var serializer = new Fragile();
        using var cluster = Objects(2, serializer);
        var replica = cluster.On(0);
        replica.GetMap<string, Seat>("map").Set("a", new("A", 1));
        replica.GetRegister<Seat>("register").Set(new("A", 1));
        cluster.RunUntilConverged();
        var before = Hash(cluster);
        serializer.WriteThrows = true;
        Refused("map", () => replica.GetMap<string, Seat>("map").Set("a", new("B", 2)));
        Refused("map", () => replica.GetMap<string, Seat>("map").Set("new", new("B", 2)));
        Refused("keys", () => replica.GetMap<Seat, int>("keys").Set(new("B", 2), 1));
        Refused("set", () => replica.GetSet<Seat>("set").Add(new("B", 2)));
        Refused("register", () => replica.GetRegister<Seat>("register").Set(new("B", 2)));
        Refused("multi", () => replica.GetMultiValueRegister<Seat>("multi").Set(new("B", 2)));
        Refused("presence", () => replica.GetPresence<Seat>("presence").Set(new("B", 2)));
        serializer.WriteThrows = false;
        Assert.Equal(before, Hash(cluster));
        Assert.Equal([new("a", new("A", 1))], replica.GetMap<string, Seat>("map"));
        Assert.Equal(new("A", 1), replica.GetRegister<Seat>("register").Value);
        Assert.Empty(replica.GetSet<Seat>("set"));
        replica.GetMap<string, Seat>("map").Set("a", new("C", 3));
        cluster.RunUntilConverged();
        Assert.Equal([new("a", new("C", 3))], cluster.On(1).GetMap<string, Seat>("map"));
    }

    [Fact]
    public void A_value_that_cannot_be_read_is_kept_and_passed_on_and_the_reader_is_told()
    {
        var serializer = new Fragile();
        using var cluster = Objects(3, serializer);
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[2]);
        using var watching = Watching<MapChange<string, Seat>>.Start(cluster, ct => cluster.On(1).GetMap<string, Seat>("map").WatchAsync(WatchStart.Changes, ct));
        cluster.On(0).GetMap<string, Seat>("map").Set("a", new("A", 1));
        cluster.On(0).GetMultiValueRegister<Seat>("multi").Set(new("A", 1));
        cluster.On(0).GetRegister<Seat>("register").Set(new("A", 1));
        serializer.ReadThrows = () => true;
        cluster.RunUntilConverged();
        cluster.RunFor(TimeSpan.FromSeconds(1));
        var there = cluster.On(1);
        var e = Assert.Throws<ReplicaSerializationException>(() => there.GetMap<string, Seat>("map").TryGetValue("a", out _));
        Assert.Equal("map", e.ObjectName);
        Assert.Contains("kept and passed on", e.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(e.InnerException);
        Assert.Throws<ReplicaSerializationException>(() => there.GetRegister<Seat>("register").Value);
        Assert.Empty(there.GetMap<string, Seat>("map"));
        Assert.Empty(there.GetMultiValueRegister<Seat>("multi").Values);
        Assert.False(there.GetMap<string, Seat>("map").ContainsKey("a"));
        Assert.Equal(0, there.GetMap<string, Seat>("map").Count);
        Assert.Equal([new(MapChangeKind.Unreadable, "a", null)], watching.Seen);
        Assert.All(cluster.Replicas, r => Assert.Equal(ReplicaState.Running, r.Replica.State));
        serializer.ReadThrows = () => false;
        Assert.Equal([new("a", new("A", 1))], cluster.On(2).GetMap<string, Seat>("map"));
        Assert.Equal([new("a", new("A", 1))], there.GetMap<string, Seat>("map"));
    }

    [Fact]
    public void What_cannot_be_read_can_be_cleared()
    {
        var serializer = new Fragile();
        using var cluster = Objects(2, serializer);
        cluster.On(0).GetMap<Seat, int>("keys").Set(new("A", 1), 1);
        cluster.On(0).GetSet<Seat>("set").Add(new("A", 1));
        cluster.RunUntilConverged();
        serializer.ReadThrows = () => true;
        cluster.On(1).GetMap<Seat, int>("keys").Clear();
        cluster.On(1).GetSet<Seat>("set").Clear();
        cluster.RunUntilConverged();
        Assert.Equal(0, cluster.On(0).GetMap<Seat, int>("keys").Count);
        Assert.Equal(0, cluster.On(0).GetSet<Seat>("set").Count);
    }

    [Fact]
    public void A_key_that_cannot_be_read_does_not_end_a_watch()
    {
        var serializer = new Fragile();
        using var cluster = Objects(2, serializer);
        using var keys = Watching<MapChange<Seat, int>>.Start(cluster, ct => cluster.On(1).GetMap<Seat, int>("keys").WatchAsync(WatchStart.Changes, ct));
        using var elements = Watching<SetChange<Seat>>.Start(cluster, ct => cluster.On(1).GetSet<Seat>("set").WatchAsync(WatchStart.Changes, ct));
        cluster.On(0).GetMap<Seat, int>("keys").Set(new("A", 1), 1);
        cluster.On(0).GetSet<Seat>("set").Add(new("A", 1));
        serializer.ReadThrows = () => true;
        cluster.RunUntilConverged();
        Assert.Equal([new(MapChangeKind.Unreadable, null, 0)], keys.Seen);
        Assert.Equal([new(SetChangeKind.Unreadable, null)], elements.Seen);
        serializer.ReadThrows = () => false;
        cluster.On(0).GetMap<Seat, int>("keys").Set(new("A", 1), 2);
        cluster.On(0).GetSet<Seat>("set").Remove(new("A", 1));
        cluster.RunUntilConverged();
        Assert.Equal(new MapChange<Seat, int>(MapChangeKind.Set, new("A", 1), 2), keys.Seen[^1]);
        Assert.Equal(new SetChange<Seat>(SetChangeKind.Removed, new("A", 1)), elements.Seen[^1]);
    }

    [Fact]
    public async Task A_serializer_that_blocks_does_not_hold_up_whoever_notifies()
    {
        using var reading = new SemaphoreSlim(0);
        using var goOn = new ManualResetEventSlim();
        var serializer = new Fragile
        {
            ReadThrows = () =>
            {
                reading.Release();
                goOn.Wait(Hosts.Patience);
                return false;
            },
        };

        // The writer has a serializer of its own: it reads what it writes, to see that it survives.
        await using var first = await Hosts.StartAsync(b => Register(b, new Fragile()));
        await using var second = await Hosts.StartAsync(b => Register(b, serializer), o => o.Seeds.Add(first.Address));
        await second.Replica.WaitUntilSyncedAsync().WaitAsync(Hosts.Patience);
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            await foreach (var change in second.Replica.GetMap<Seat, int>("keys").WatchAsync(stop.Token)) return change;
            return default;
        });
        var writes = 0;
        while (!await reading.WaitAsync(10))
        {
            // Until the watcher has subscribed and met a key.
            first.Replica.GetMap<Seat, int>("keys").Set(new("A", 1), ++writes);
            Assert.False(watching.IsFaulted);
        }

        await first.Replica.GetMap<Seat, int>("keys").SetAsync(new("B", 2), 7, WriteConcern.Peers(1).WithTimeout(TimeSpan.FromSeconds(10)));
        goOn.Set();
        Assert.Equal(new("A", 1), (await watching.WaitAsync(Hosts.Patience)).Key);
        await stop.CancelAsync();
    }

    [Fact]
    public async Task A_value_of_another_type_than_registered_here_is_a_typed_error_and_is_kept()
    {
        // The simulator's replicas all register the same; two hosts may differ.
        await using var numbers = await Hosts.StartAsync(b => b.AddMap<string, int>("map").AddRegister<int>("register"));
        await using var strings = await Hosts.StartAsync(
            b => b.AddMap<string, string>("map").AddRegister<string>("register"), o => o.Seeds.Add(numbers.Address));
        var one = WriteConcern.Peers(1).WithTimeout(Hosts.Patience);
        await strings.Replica.GetRegister<string>("register").SetAsync("text", one);
        await strings.Replica.GetMap<string, string>("map").SetAsync("a", "text", one);
        var map = numbers.Replica.GetMap<string, int>("map");
        var e = Assert.Throws<ReplicaSerializationException>(() => map.TryGetValue("a", out _));
        Assert.Contains("register the same type everywhere", e.Message, StringComparison.Ordinal);
        Assert.Throws<ReplicaSerializationException>(() => numbers.Replica.GetRegister<int>("register").Value);
        Assert.False(map.ContainsKey("a"));
        Assert.Empty(map);
        Assert.Equal(0, map.Count);
        Assert.Equal(await strings.Replica.GetContentHashAsync(), await numbers.Replica.GetContentHashAsync());
        await map.SetAsync("a", 7, one);
        Assert.True(map.TryGetValue("a", out var value));
        Assert.Equal(7, value);
        Assert.Throws<ReplicaSerializationException>(() => strings.Replica.GetMap<string, string>("map").TryGetValue("a", out _));
        Assert.Equal(ReplicaState.Running, strings.Replica.State);
    }

    private static SimulatedCluster Objects(int replicas, Fragile serializer) => Simulated.Cluster(replicas, b => Register(b, serializer));

    private static void Register(IPeerReplicaBuilder b, Fragile serializer) => b.AddMap<string, Seat>("map").AddMap<Seat, int>("keys")
        .AddSet<Seat>("set").AddRegister<Seat>("register").AddMultiValueRegister<Seat>("multi").AddPresence<Seat>("presence").UseSerializer(serializer);

    private static void Refused(string name, Action write)
    {
        var e = Assert.Throws<ReplicaSerializationException>(write);
        Assert.Equal(name, e.ObjectName);
        Assert.Contains("no ink", e.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing was published", e.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(e.InnerException);
    }

    private static string Hash(SimulatedCluster cluster)
    {
        var hash = "";
        cluster.Run(async () => hash = await cluster.On(0).GetContentHashAsync());
        return hash;
    }
}
