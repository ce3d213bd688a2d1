using System.Diagnostics;
using System.Globalization;
using PeerReplica.Benchmarks.Load;
using PeerReplica.Benchmarks.Load.Nats;
using PeerReplica.Benchmarks.Load.Peers;
using PeerReplica.Benchmarks.Load.Redis;

namespace PeerReplica.Benchmarks.Clients;

/// <summary>
/// Compares the clients StackExchange.Redis and NATS.Net with those that are written by hand, for the work that
/// <c>load</c> does with them, in alternating rounds of one process against one server. Prints a table with the median
/// of each, and the median ratio of neighboring rounds.
/// </summary>
internal sealed class ClientsProgram(bool isSmoke)
{
    private readonly int _rounds = isSmoke ? 1 : 9;
    private readonly int _keys = isSmoke ? 2_000 : 100_000;
    private readonly int _trips = isSmoke ? 20 : 1_000;

    public async Task<int> RunAsync()
    {
        if (!RedisServer.IsInstalled || !NatsServer.IsInstalled)
        {
            const string Packages = $"{RedisServer.Package} {NatsServer.Package}";
            Console.Error.WriteLine($"Nothing is compared without the servers. On Debian: apt-get install {Packages}");
            return 0;
        }

        string[] keys = [.. Enumerable.Range(0, _keys).Select(i => FillCommands.KeyOf('k', i))];
        byte[][] values = [.. Enumerable.Range(0, _keys).Select(i => FillCommands.ValueOf(i, 8, 1))];
        Console.WriteLine("| work | by hand, ns | package, ns | package / by hand |");
        Console.WriteLine("|---|---|---|---|");
        using (var redis = RedisServer.Start())
        {
            using var hand = new HandRedis(redis.Port);
            using var package = new PackageRedis(redis.Port);
            void HandFill() => RedisLoad.Fill(redis.Port, keys, values);
            Row("Redis, SET of a key, pipelined until all are answered", HandFill, () => package.Fill(keys, values), _keys);
            Row("Redis, GET and its answer", () => hand.Gets(_trips), () => package.Gets(_trips), _trips);
            void HandMessages() => hand.Messages(_trips);
            void PackageMessages() => package.Messages(_trips);
            Row("Redis, PUBLISH until the subscriber has it", HandMessages, PackageMessages, _trips);
        }

        using var nats = NatsServer.Start();
        using var handNats = new HandNats(nats.Port);
        await using var packageNats = await PackageNats.StartAsync(nats.Port);
        void HandAll() => handNats.All(keys, values);
        Row("NATS, publish and receive a message, all at once", HandAll, () => packageNats.All(keys, values), _keys);
        void HandOne() => handNats.Messages(_trips);
        Row("NATS, publish until the subscriber has it", HandOne, () => packageNats.Messages(_trips), _trips);
        return 0;
    }

    private void Row(string work, Action byHand, Action package, int operations)
    {
        List<double> first = [], second = [], ratios = [];
        for (var round = 0; round <= _rounds; round++)
        {
            // In half of the rounds the package goes first. Round 0 is for the compiler, and not counted.
            var (a, b) = (0.0, 0.0);
            if (round % 2 == 0) a = Time(byHand);
            b = Time(package);
            if (round % 2 == 1) a = Time(byHand);
            if (round == 0) continue;
            first.Add(a);
            second.Add(b);
            ratios.Add(b / a);
        }

        var (hand, other) = (first.Median() / operations, second.Median() / operations);
        FormattableString row = $"| {work} | {hand:f0} | {other:f0} | {ratios.Median():f2} |";
        Console.WriteLine(row.ToString(CultureInfo.InvariantCulture));
    }

    private static double Time(Action work)
    {
        var began = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(began).TotalNanoseconds;
    }
}
