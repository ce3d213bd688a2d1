using System.Globalization;

namespace PeerReplica.Benchmarks.Load.Nats;

/// <summary>A NATS server without JetStream: it passes messages on, and keeps none.</summary>
internal sealed class NatsServer : ServerProcess
{
    public const string Package = "nats-server";

    private NatsServer(int port, string folder, string configuration)
        : base(Package, folder, ["-a", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-c", configuration])
    {
        Port = port;
        UntilItAnswers(() =>
        {
            using var client = new NatsClient(port);
            client.Ping();
        });
    }

    public static bool IsInstalled { get; } = PathOf(Package) is not null;

    public int Port { get; }

    public static NatsServer Start()
    {
        // What waits for a subscriber may be much before the server gives it up as too slow.
        var folder = NewFolder("nats");
        var configuration = Path.Combine(folder, "nats.conf");
        File.WriteAllText(configuration, "max_pending: 2147483648\n");
        return new(FreePort(), folder, configuration);
    }
}
