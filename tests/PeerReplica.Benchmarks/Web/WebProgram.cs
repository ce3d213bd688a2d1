using System.Globalization;
using PeerReplica.Benchmarks.Load;
using PeerReplica.Benchmarks.Load.Redis;

namespace PeerReplica.Benchmarks.Web;

/// <summary>
/// Runs one shop on PeerReplica (two instances that replicate to each other, one of them loaded) and on Redis (a server of its own), and loads them by turns with wrk. Prints a table with the
/// median of the rounds, their spread, and whether one is ahead of the other by more than that.
/// </summary>
internal sealed class WebProgram(bool isSmoke)
{
    private const int SessionCount = 32;

    private readonly int _rounds = isSmoke ? 1 : 7;
    private readonly TimeSpan _time = TimeSpan.FromSeconds(isSmoke ? 1 : 3);

    public async Task<int> RunAsync()
    {
        if (!RedisServer.IsInstalled || !WrkRun.IsInstalled)
        {
            Console.Error.WriteLine($"Nothing is compared without the server and the load generator. On Debian: apt-get install {RedisServer.Package} {WrkRun.Package}");
            return 0;
        }

        var surroundings = Surroundings.Now();
        using var redis = RedisServer.Start();
        using var onRedis = ShopServer.OnRedis(redis.Port);
        var onReplica = ShopServer.OnReplica(2);
        try
        {
            await MeasureAsync(onReplica[0].Address, onRedis.Address).ConfigureAwait(false);
        }
        finally
        {
            foreach (var shop in onReplica) shop.Dispose();
        }

        Console.WriteLine();
        Console.WriteLine(surroundings.AtEnd());
        return 0;
    }

    private async Task MeasureAsync(Uri replica, Uri redis)
    {
        var (replicaCookies, redisCookies) = (await OpenSessionsAsync(replica).ConfigureAwait(false), await OpenSessionsAsync(redis).ConfigureAwait(false));
        Console.WriteLine("| request | PeerReplica, requests/s | Redis, requests/s | ratio | PeerReplica, p50 and p99, µs | Redis, p50 and p99, µs | |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var work in WebWork.All)
        {
            WrkRun OnReplica(TimeSpan time) => WrkRun.Of(replica, work.Script(replicaCookies), time);
            WrkRun OnRedis(TimeSpan time) => WrkRun.Of(redis, work.Script(redisCookies), time);
            List<WrkRun> first = [], second = [];
            for (var round = 0; round <= _rounds; round++)
            {
                // In half of the rounds Redis goes first. Round 0 is for the compiler, and to fill the caches.
                if (round % 2 == 0) first.Add(OnReplica(_time));
                second.Add(OnRedis(_time));
                if (round % 2 == 1) first.Add(OnReplica(_time));
            }

            if (!isSmoke)
            {
                first.RemoveAt(0);
                second.RemoveAt(0);
            }

            WriteRow(work, first, second);
        }
    }

    private static void WriteRow(WebWork work, List<WrkRun> replica, List<WrkRun> redis)
    {
        var (one, other) = (replica.Select(r => r.PerSecond).ToArray(), redis.Select(r => r.PerSecond).ToArray());
        var verdict = one.Min() > other.Max() ? "ahead in every round" : one.Max() < other.Min() ? "behind in every round" : "within the spread";
        FormattableString row = $"| {work.Name} | {Rates(one)} | {Rates(other)} | {one.Median() / other.Median():f2} | {Times(replica)} | {Times(redis)} | {verdict} |";
        Console.WriteLine(row.ToString(CultureInfo.InvariantCulture));
    }

    private static string Rates(double[] rates) => string.Create(CultureInfo.InvariantCulture, $"{rates.Median():n0} ({rates.Min():n0} to {rates.Max():n0})");

    private static string Times(List<WrkRun> runs) =>
        string.Create(CultureInfo.InvariantCulture, $"{runs.Select(r => r.Median).Median():n0}, {runs.Select(r => r.Tail).Median():n0}");

    /// <summary>Sessions that have a value; gives their cookies.</summary>
    private static async Task<IReadOnlyList<string>> OpenSessionsAsync(Uri shop)
    {
        var cookies = new List<string>();
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        for (var i = 0; i < SessionCount; i++)
        {
            using var response = await client.PostAsync(new Uri(shop, $"/session/basket/{i}"), null).ConfigureAwait(false);
            response.EnsureSuccessStatusCode();
            cookies.Add(response.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        }

        return cookies;
    }
}
