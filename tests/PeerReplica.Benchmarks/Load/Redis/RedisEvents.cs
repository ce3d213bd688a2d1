using System.Globalization;
using PeerReplica.Benchmarks.Load.Stamps;

namespace PeerReplica.Benchmarks.Load.Redis;

/// <summary>A client that the replica tells of every key that is set (a keyspace notification).</summary>
internal sealed class RedisEvents : StampObserver
{
    private readonly RespClient _client;

    public RedisEvents(int port)
    {
        _client = new RespClient(port);
        _client.Ask("SUBSCRIBE", "__keyevent@0__:set");
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
