using System.Diagnostics;

namespace PeerReplica.Benchmarks.Load.Nats;

/// <summary>The work of the benchmark, on NATS: each key a subject, and one subscriber to all.</summary>
internal static class NatsLoad
{
    private const int BatchBytes = 64 << 10;

    private static Thread? s_subscriber;
    private static long s_arrivedAt;

    /// <summary>Publishes all values under their keys through one connection. Returns when the server has read all.</summary>
    public static void Fill(int port, string[] keys, byte[][] values)
    {
        using var client = new NatsClient(port);
        for (var i = 0; i < keys.Length; i++)
        {
            client.Publish(keys[i], values[i]);
            if (client.Written >= BatchBytes) client.Flush();
        }

        client.Ping();
    }

    /// <summary>Takes what is published, until so many messages were taken.</summary>
    public static string Subscribe(int port, int count)
    {
        var client = new NatsClient(port);
        client.Subscribe(">");
        s_subscriber = new Thread(() =>
        {
            using (client)
            {
                for (var i = 0; i < count; i++) client.Next();
                s_arrivedAt = Stopwatch.GetTimestamp();
            }
        });
        s_subscriber.Start();
        return "0";
    }

    /// <summary>When the last of them was taken.</summary>
    public static double Arrived()
    {
        s_subscriber!.Join();
        return s_arrivedAt;
    }
}
