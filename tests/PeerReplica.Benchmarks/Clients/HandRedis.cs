using System.Globalization;
using PeerReplica.Benchmarks.Load.Redis;

namespace PeerReplica.Benchmarks.Clients;

/// <summary>The work of the comparison with the client that is written by hand.</summary>
internal sealed class HandRedis : IDisposable
{
    private readonly RespClient _client;
    private readonly RespClient _subscriber;

    public HandRedis(int port)
    {
        _client = new(port);
        _subscriber = new(port);
        _subscriber.Ask("SUBSCRIBE", "hand");
    }

    public void Gets(int count)
    {
        for (var i = 0; i < count; i++) _client.Ask("GET", "k-00000000000001");
    }

    public void Messages(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _client.Write("PUBLISH", "hand", i.ToString(CultureInfo.InvariantCulture));
            _client.Flush();
            _subscriber.Read();
            _client.Read();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _subscriber.Dispose();
    }
}
