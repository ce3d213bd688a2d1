using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PeerReplica.Transport;

namespace PeerReplica.SlowTests.LocalState;

/// <summary>Many app threads on two replicas at once, while changes are published, arrive, and tombstones are collected under them.</summary>
public sealed class StressTests
{
    private const int Threads = 4;
    private const int Rounds = 20_000;
    private const int Keys = 16;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task No_addition_is_lost_or_counted_twice()
    {
        await using var pair = await Pair.StartAsync();
        await pair.OnAllThreadsAsync((replica, thread) =>
        {
            var counter = replica.GetCounter("counter");
            for (var i = 1; i <= Rounds * 5; i++) counter.Add(thread % 2 == 0 ? 3 : -1);
        });
        await pair.ConvergeAsync();
        const long Expected = 2L * Threads / 2 * Rounds * 5 * (3 - 1);
        Assert.All(pair.Replicas, r => Assert.Equal(Expected, r.GetCounter("counter").Value));
    }

    [Fact]
    public async Task Writers_and_removers_of_the_same_keys_end_with_the_same_on_both()
    {
        await using var pair = await Pair.StartAsync();
        await pair.OnAllThreadsAsync((replica, thread) =>
        {
            var map = replica.GetMap<int, long>("map");
            var set = replica.GetSet<string>("set");
            var random = new Random(thread);
            for (var i = 0; i < Rounds; i++)
            {
                var key = random.Next(Keys);
                switch (random.Next(6))
                {
                    case 0:
                        map.Remove(key);
                        break;
                    case 1:
                        set.Add($"{key}");
                        break;
                    case 2:
                        set.Remove($"{key}");
                        break;
                    case 3:
                        map.TryGet(key, out _);
                        break;
                    default:
                        map.Set(key, ((long)thread << 32) | (uint)i);
                        break;
                }
            }
        });
        await pair.ConvergeAsync();
        var (a, b) = (pair.Replicas[0], pair.Replicas[1]);
        Assert.Equal(a.GetMap<int, long>("map").OrderBy(p => p.Key), b.GetMap<int, long>("map").OrderBy(p => p.Key));
        Assert.Equal(a.GetSet<string>("set").Order(StringComparer.Ordinal), b.GetSet<string>("set").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_thread_reads_what_it_has_just_written_as_long_as_nobody_else_writes_there()
    {
        await using var pair = await Pair.StartAsync();
        await pair.OnAllThreadsAsync((replica, thread) =>
        {
            var map = replica.GetMap<int, long>("map");
            for (var i = 0L; i < Rounds; i++)
            {
                map.Set(1000 + thread, i);
                Assert.True(map.TryGet(1000 + thread, out var read));
                Assert.Equal(i, read);
                if (i % 3 != 0) continue;
                Assert.True(map.Remove(1000 + thread));
                Assert.False(map.ContainsKey(1000 + thread));
            }
        });
        await pair.ConvergeAsync();
        Assert.Equal(pair.Replicas[0].GetMap<int, long>("map").OrderBy(p => p.Key), pair.Replicas[1].GetMap<int, long>("map").OrderBy(p => p.Key));
    }

    private sealed class Pair : IAsyncDisposable
    {
        private readonly List<IHost> _hosts = [];

        public List<IPeerReplica> Replicas { get; } = [];

        public static async Task<Pair> StartAsync()
        {
            var pair = new Pair();
            var network = new InMemoryNetwork();
            for (var i = 1; i <= 2; i++)
            {
                var builder = Host.CreateEmptyApplicationBuilder(null);
                builder.Services.AddSingleton(network.CreateTransport());
                var listen = $"127.0.0.1:{i}";
                builder.Services.AddPeerReplica(o =>
                {
                    o.Listen = listen;
                    o.NodeName = listen;
                    o.Seeds.Add("127.0.0.1:1");
                    o.HeartbeatInterval = TimeSpan.FromMilliseconds(50);
                }).AddCounter("counter").AddMap<int, long>("map").AddSet<string>("set");
                var host = builder.Build();
                await host.StartAsync();
                pair._hosts.Add(host);
                pair.Replicas.Add(host.Services.GetRequiredService<IPeerReplica>());
            }

            await Task.WhenAll(pair.Replicas.Select(r => r.WaitUntilSyncedAsync())).WaitAsync(s_patience);
            return pair;
        }

        public async Task OnAllThreadsAsync(Action<IPeerReplica, int> work) => await Task.WhenAll(
            from replica in Enumerable.Range(0, Replicas.Count)
            from thread in Enumerable.Range(0, Threads)
            select OwnThread.Start(() => work(Replicas[replica], (replica * Threads) + thread)));

        /// <summary>Each side's writes are confirmed by the other; what remains is what crossed on the way, and that is confirmed too.</summary>
        public async Task ConvergeAsync()
        {
            foreach (var replica in Replicas) await replica.FlushAsync(WriteConcern.All.WithTimeout(s_patience));
            foreach (var replica in Replicas) await replica.RefreshAsync(ReadConcern.All.WithTimeout(s_patience));
            Assert.All(Replicas, r => Assert.Equal(ReplicaState.Running, r.State));
            Assert.Equal(await Replicas[0].GetContentHashAsync(), await Replicas[1].GetContentHashAsync());
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var host in _hosts)
            {
                await host.StopAsync();
                host.Dispose();
            }
        }
    }
}
