using System.Globalization;
using PeerReplica.Benchmarks.Load.Stamps;

namespace PeerReplica.Benchmarks.Load.Redis;

/// <summary>A client that is told by the replica: of every key that is set (Redis's keyspace notification), or of a message of a channel.</summary>
internal sealed class RedisEvents : StampObserver
{
    private readonly RespClient _client;

    public RedisEvents(int port, string channel = "__keyevent@0__:set")
    {
        _client = new RespClient(port);
        _client.Ask("SUBSCRIBE", channel);
        Run(() =>
        {
            while (!IsStopping)
            {
                if (_client.Read() is { } key && key != RedisStamps.Key) Note(long.Parse(key, CultureInfo.InvariantCulture));
            }
        });
    }

    protected override void Close() => _client.Dispose();
}
