using PeerReplica.Benchmarks.Load.Stamps;

namespace PeerReplica.Benchmarks.Load.Nats;

/// <summary>Stamps from a publisher by way of the server to a subscriber.</summary>
internal sealed class NatsStamps : StampObserver
{
    private readonly NatsClient _client;

    public NatsStamps(int port)
    {
        _client = new NatsClient(port);
        _client.Subscribe("stamp");
        Run(() =>
        {
            while (!IsStopping) Note(BitConverter.ToInt64(_client.Next()));
        });
    }

    public static StampWriter Writer(int port)
    {
        var client = new NatsClient(port);
        var payload = new byte[sizeof(long)];
        return new(Write, client);

        void Write(long stamp)
        {
            BitConverter.TryWriteBytes(payload, stamp);
            client.Publish("stamp", payload);
            client.Flush();
        }
    }

    protected override void Close() => _client.Dispose();
}
