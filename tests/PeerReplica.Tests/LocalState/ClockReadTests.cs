using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PeerReplica.DependencyInjection;

namespace PeerReplica.Tests.LocalState;

/// <summary>How often writes read the clock, which takes about as long as all the rest of a write.</summary>
public sealed class ClockReadTests
{
    private const int Writes = 10_000;

    [Theory]
    [InlineData("without an expiry")]
    [InlineData("that lasts for ever")]
    [InlineData("of a merge")]
    public async Task A_write_without_an_end_reads_no_clock(string write)
    {
        var reads = await ReadsAsync(r =>
        {
            var map = r.GetMap<string, long>("plain");
            if (write == "without an expiry") map.Set("k", 1);
            else if (write == "that lasts for ever") map.Set("k", 1, Timeout.InfiniteTimeSpan);
            else map.Update("k", _ => 1, default);
        });

        // The steps that publish now and then read it, also on the writer's thread.
        Assert.InRange(reads, 0, Writes / 10);
    }

    [Fact]
    public async Task A_write_with_an_expiry_reads_the_clock()
    {
        Assert.True(await ReadsAsync(r => r.GetMap<string, long>("ending").Set("k", 1)) >= Writes);
        Assert.True(await ReadsAsync(r => r.GetMap<string, long>("plain").Set("k", 1, TimeSpan.FromHours(1))) >= Writes);
    }

    /// <summary>How often the thread that writes reads the clock's timestamp.</summary>
    private static async Task<int> ReadsAsync(Action<IPeerReplica> write)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddKeyedSingleton<TimeProvider>(PeerReplicaKeys.TimeProvider, new CountingClock());
        builder.Services.AddPeerReplica(o => o.Listen = "127.0.0.1:0").AddMap<string, long>("plain")
            .AddMap<string, long>("ending", o => o.TimeToLive = TimeSpan.FromHours(1));
        using var host = builder.Build();
        await host.StartAsync();
        var replica = host.Services.GetRequiredService<IPeerReplica>();
        write(replica);
        var before = CountingClock.ReadsByThisThread;
        for (var i = 0; i < Writes; i++) write(replica);
        var reads = CountingClock.ReadsByThisThread - before;
        await host.StopAsync();
        return reads;
    }

    private sealed class CountingClock : TimeProvider
    {
        [ThreadStatic]
        private static int t_reads;

        public static int ReadsByThisThread => t_reads;

        public override long GetTimestamp()
        {
            t_reads++;
            return base.GetTimestamp();
        }
    }
}
