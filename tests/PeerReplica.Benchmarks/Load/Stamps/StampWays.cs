using PeerReplica.Benchmarks.Load.AkkaNet;
using PeerReplica.Benchmarks.Load.Bare;
using PeerReplica.Benchmarks.Load.Nats;
using PeerReplica.Benchmarks.Load.Peers;
using PeerReplica.Benchmarks.Load.Redis;

namespace PeerReplica.Benchmarks.Load.Stamps;

/// <summary>The ways that stamps take, by name.</summary>
internal static class StampWays
{
    public static StampWriter Writer(string way, LoadPeer peer, int port) => way switch
    {
        "replica" => new(peer.Host.Stamp.Set),
        "bare" => BareStamps.Writer(port, isTls: false),
        "tls" => BareStamps.Writer(port, isTls: true),
        "redis" => RedisStamps.Writer(port),
        "garnet" => RedisStamps.PublishingWriter(port),
        "nats" => NatsStamps.Writer(port),
        "akka" => new(peer.Akka.Node.WriteStamp),
        _ => throw new ArgumentOutOfRangeException(nameof(way), way, null),
    };

    public static StampObserver Observer(string way, LoadPeer peer, int port) => way switch
    {
        "replica-reader" => new ReplicaReader(peer.Host.Stamp),
        "replica-watcher" => new ReplicaWatcher(peer.Host.Stamp),
        "bare" => new BareStamps(isTls: false, isSpinning: false),
        "bare-reader" => new BareStamps(isTls: false, isSpinning: true),
        "tls" => new BareStamps(isTls: true, isSpinning: false),
        "tls-reader" => new BareStamps(isTls: true, isSpinning: true),
        "redis-poll" => new RedisPoll(port),
        "redis-events" => new RedisEvents(port),
        "garnet-events" => new RedisEvents(port, RedisStamps.Channel),
        "nats" => new NatsStamps(port),
        "akka" => new AkkaStamps(peer.Akka.Node),
        _ => throw new ArgumentOutOfRangeException(nameof(way), way, null),
    };
}
