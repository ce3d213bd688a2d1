using System.Diagnostics;
using System.Globalization;

namespace PeerReplica.Benchmarks.Load.Redis;

/// <summary>The work of the benchmark, on Redis.</summary>
internal static class RedisLoad
{
    private const int BatchBytes = 64 << 10;

    /// <summary>Sets all keys through one connection, many commands at a time; a thread beside reads the answers. Returns when the primary has answered all.</summary>
    public static void Fill(int port, string[] keys, byte[][] values)
    {
        using var client = new RespClient(port);
        var answers = new Thread(() =>
        {
            for (var i = 0; i < keys.Length; i++) client.Read();
        });
        answers.Start();
        for (var i = 0; i < keys.Length; i++)
        {
            client.WriteSet(keys[i], values[i]);
            if (client.Written >= BatchBytes) client.Flush();
        }

        client.Flush();
        answers.Join();
    }

    /// <summary>When the server had so many keys.</summary>
    public static double UntilCount(int port, int count) => Until(port, size => size >= count);

    public static double UntilEmpty(int port) => Until(port, size => size == 0);

    /// <summary>Microseconds from a write at the primary until it says that one replica has it, one after the other with a pause.</summary>
    public static List<double> Waits(int port, int samples, int pause)
    {
        using var client = new RespClient(port);
        var trips = new List<double>(samples);
        for (var i = 0; i < samples; i++)
        {
            Thread.Sleep(pause);
            var start = Stopwatch.GetTimestamp();
            client.Write("SET", "majority", "value");
            client.Write("WAIT", "1", "0");
            client.Flush();
            client.Read();
            client.Read();
            trips.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        return trips;
    }

    private static double Until(int port, Predicate<long> isReached)
    {
        using var client = new RespClient(port);
        while (!isReached(long.Parse(client.Ask("DBSIZE")!, CultureInfo.InvariantCulture))) Thread.Sleep(1);
        return Stopwatch.GetTimestamp();
    }
}
