using System.Diagnostics;
using System.Globalization;
using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Akka.DistributedData;

namespace PeerReplica.Benchmarks.Load.AkkaNet;

/// <summary>One node of an Akka.NET cluster with distributed data and default settings, except for address and frame size.</summary>
internal sealed class AkkaNode : IDisposable
{
    /// <summary>Akka.NET's documentation divides many entries among maps, instead of a replicated key for each.</summary>
    private const int Maps = 100;

    /// <summary>Messages carry many maps. With the default frame limit of 128 kB, 20,000 keys do not arrive.</summary>
    private const string Settings = """
        akka.loglevel = ERROR
        akka.stdout-loglevel = OFF
        akka.actor.provider = cluster
        akka.remote.dot-netty.tcp {
          hostname = "127.0.0.1"
          port = 0
          maximum-frame-size = 16 MiB
          send-buffer-size = 16 MiB
          receive-buffer-size = 16 MiB
        }
        """;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    private static readonly WriteLocal s_local = WriteLocal.Instance;

    /// <summary>Sends the value to the peers at once. A local write waits for the next gossip, up to two seconds.</summary>
    private static readonly WriteAll s_all = new(TimeSpan.FromSeconds(5));

    private readonly ActorSystem _system = ActorSystem.Create("load", ConfigurationFactory.ParseString(Settings));
    private readonly Cluster _cluster;
    private readonly IActorRef _replicator;

    /// <summary>Joins the cluster of the node at a port; with none, begins one.</summary>
    public AkkaNode(int? seedPort)
    {
        _cluster = Cluster.Get(_system);
        _replicator = DistributedData.Get(_system).Replicator;
        _cluster.Join(seedPort is { } port ? _cluster.SelfAddress.WithPort(port) : _cluster.SelfAddress);
    }

    public int Port => _cluster.SelfAddress.Port!.Value;

    /// <summary>How many nodes this node sees up.</summary>
    public int Members => _cluster.State.Members.Count(m => m.Status == MemberStatus.Up);

    private static LWWRegisterKey<long> StampKey { get; } = new("stamp");

    public void Dispose() => _system.Terminate().Wait(TimeSpan.FromSeconds(5));

    /// <summary>Writes one register, at all nodes.</summary>
    public void WriteStamp(long stamp)
    {
        var self = _cluster.SelfUniqueAddress;
        _replicator.Tell(Dsl.Update(StampKey, new LWWRegister<long>(self, 0), s_all, r => r.WithValue(self, stamp)));
    }

    /// <summary>Calls back with each value of the register that a subscriber is told.</summary>
    public IActorRef Watch(Action<long> changed)
    {
        var watcher = _system.ActorOf(Props.Create(() => new Watcher(changed)));
        _replicator.Tell(Dsl.Subscribe(StampKey, watcher));
        return watcher;
    }

    public void Unwatch(IActorRef watcher) => _system.Stop(watcher);

    /// <summary>One update for each key. Returns when the local replicator has applied all.</summary>
    public void Fill(string[] keys, byte[][] values)
    {
        var self = _cluster.SelfUniqueAddress;
        var empty = LWWDictionary<string, byte[]>.Empty;
        var answers = new Task<IUpdateResponse>[keys.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            var (key, value) = (keys[i], values[i]);
            var update = Dsl.Update(MapKey(i % Maps), empty, s_local, m => m.SetItem(self, key, value));
            answers[i] = _replicator.Ask<IUpdateResponse>(update, Timeout.InfiniteTimeSpan);
        }

        var failed = Task.WhenAll(answers).GetAwaiter().GetResult().FirstOrDefault(a => !a.IsSuccessful);
        if (failed is not null) throw new InvalidOperationException($"Akka.NET answers: {failed}");
    }

    /// <summary>When this node had so many keys.</summary>
    public double UntilCount(int count)
    {
        var clock = Stopwatch.StartNew();
        while (Enumerable.Range(0, Maps).Sum(CountOf) < count)
        {
            if (clock.Elapsed > s_limit) throw new InvalidOperationException($"Akka.NET did not bring {count} keys in {s_limit}.");
            Thread.Sleep(20);
        }

        return Stopwatch.GetTimestamp();
    }

    private int CountOf(int map)
    {
        var get = Dsl.Get(MapKey(map), ReadLocal.Instance);
        var response = _replicator.Ask<IGetResponse>(get, TimeSpan.FromSeconds(30)).GetAwaiter().GetResult();
        return response.IsSuccessful ? response.Get(MapKey(map)).Count : 0;
    }

    private static LWWDictionaryKey<string, byte[]> MapKey(int map) => new(map.ToString(CultureInfo.InvariantCulture));

    private sealed class Watcher : ReceiveActor
    {
        public Watcher(Action<long> changed) => Receive<Changed>(c => changed(c.Get(StampKey).Value));
    }
}
