using System.Globalization;
using PeerReplica.Benchmarks.Load.Stamps;

namespace PeerReplica.Benchmarks.Load.Redis;

/// <summary>A client that asks the replica for the stamp again and again: each look is a round trip to it.</summary>
internal sealed class RedisPoll : StampObserver
{
    private readonly RespClient _client;

    public RedisPoll(int port)
    {
        _client = new RespClient(port);
        Run(() => Spin(() => long.Parse(_client.Ask("GET", RedisStamps.Key) ?? "0", CultureInfo.InvariantCulture)));
    }

    public override void Dispose()
    {
        base.Dispose();
        _client.Dispose();
    }
}
