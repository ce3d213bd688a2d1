using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Hosting.Codecs;
using PeerReplica.Hosting.LocalState;
using PeerReplica.Replication;

namespace PeerReplica.Benchmarks.InProcess;

/// <summary>
/// A core with a map and a counter, and the local state that they need, but without host, threads, sockets and clock: what is measured is the core's work alone.
/// Keys are text of 16 characters, values 8 bytes.
/// </summary>
internal sealed class BareReplica : QuietLocalState
{
    private readonly KeyedObject<string, long> _map;
    private readonly CounterObject _counter;
    private long _wallMilliseconds = 1L << 40;
    private int _writes;

    public BareReplica(int id)
    {
        var options = new CoreOptions { ClusterName = "bare", NodeName = $"node {id}", Address = $"127.0.0.1:{id}" };
        BroadcastInterval = options.BroadcastInterval;
        Core = new ReplicaCore(options, new ReplicaId((UInt128)id), (ulong)id);
        var serializer = new SystemTextJsonReplicaSerializer();
        var keys = ValueCodecs.ForKey<string>(serializer, "m");
        _map = new KeyedObject<string, long>("m", ObjectKind.Map, keys, ValueCodecs.For<long>(serializer, "m"), this, new PeerReplicaOptions());
        _counter = new CounterObject("c", this);
        Core.Store.Register(_map);
        Core.Store.Register(_counter);
        Core.Start(Now);
        Core.Pump(Now);
        Core.Outputs.Clear();
    }

    public ReplicaCore Core { get; }

    /// <summary>How long to wait so that the next change leaves at once.</summary>
    public TimeSpan BroadcastInterval { get; }

    public Store Store => Core.Store;

    /// <summary>Lets time pass, for throttles and for stamps.</summary>
    public void Wait(TimeSpan time)
    {
        Now += time;
        _wallMilliseconds += (long)time.TotalMilliseconds;
        _writes = 0;
    }

    public void Set(string key, long value) => _map.Write(key, _map.NewWrite(value));

    public void Add(long amount) => _counter.Add(amount);

    /// <summary>Gives all that was written its dots, as the host does in one step.</summary>
    public void Publish()
    {
        foreach (var entry in Dirty) Core.Publish(entry);
        Dirty.Clear();
        Core.PublishingDone(Now);
    }

    /// <summary>Publishes, and puts out what there is for peers.</summary>
    public void Flush()
    {
        Publish();
        Core.Pump(Now);
    }

    /// <summary>A thousand writes share a millisecond, as in an app that writes as fast as it can.</summary>
    public override HybridTimestamp Stamp() => new(_wallMilliseconds + (_writes++ / 1_000), 0);
}
