using PeerReplica.Benchmarks.Load.Nats;

namespace PeerReplica.Benchmarks.Clients;

/// <summary>The work of the comparison with the client that is written by hand.</summary>
internal sealed class HandNats : IDisposable
{
    private readonly int _port;
    private readonly NatsClient _publisher;
    private readonly NatsClient _subscriber;

    public HandNats(int port)
    {
        _port = port;
        _publisher = new(port);
        _subscriber = new(port);
        _subscriber.Subscribe("hand");
    }

    public void All(string[] keys, byte[][] values)
    {
        NatsLoad.Subscribe(_port, keys.Length);
        NatsLoad.Fill(_port, keys, values);
        NatsLoad.Arrived();
    }

    public void Messages(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _publisher.Publish("hand", BitConverter.GetBytes((long)i));
            _publisher.Flush();
            _subscriber.Next();
        }
    }

    public void Dispose()
    {
        _publisher.Dispose();
        _subscriber.Dispose();
    }
}
