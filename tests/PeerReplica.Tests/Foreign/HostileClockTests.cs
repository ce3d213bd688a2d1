using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PeerReplica.DependencyInjection;
using PeerReplica.Transport;

namespace PeerReplica.Tests.Foreign;

/// <summary>Clocks under the library's key that throw, and that use the replica.</summary>
public sealed class HostileClockTests
{
    private static readonly TimeSpan s_guard = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_clock_that_begins_to_throw_does_not_stop_replication()
    {
        var clock = new HostileClock();
        await ReplicatesAsync(clock, _ => clock.OnCall = () => throw new InvalidOperationException("planted")).WaitAsync(s_guard);
    }

    [Fact]
    public async Task A_clock_that_uses_the_replica_does_not_stop_replication()
    {
        var clock = new HostileClock();
        await ReplicatesAsync(clock, r => clock.OnCall = () =>
        {
            r.GetCounter("calls").Add(1);
            r.GetMap<string, long>("m").Set("k", -1);
            r.GetMap<string, long>("m").Remove("other");
        }).WaitAsync(s_guard);
    }

    private static async Task ReplicatesAsync(HostileClock clock, Action<IPeerReplica> begin)
    {
        var network = new InMemoryNetwork();
        using var a = await StartAsync(network, null, clock);
        var first = a.Services.GetRequiredService<IPeerReplica>();
        using var b = await StartAsync(network, first.Self.Address, clock: null);
        var second = b.Services.GetRequiredService<IPeerReplica>();
        await second.WaitUntilSyncedAsync();
        begin(first);
        for (var i = 1; i <= 3; i++)
        {
            await first.GetCounter("c").AddAsync(1, WriteConcern.All);
            await second.GetCounter("c").AddAsync(1, WriteConcern.All);
            Assert.Equal((2 * i, 2 * i), (first.GetCounter("c").Value, second.GetCounter("c").Value));
            await first.GetMap<string, long>("m").SetAsync("k", i, WriteConcern.All);
        }

        Assert.Equal(ReplicaState.Running, first.State);
        await b.StopAsync();
        await a.StopAsync();
    }

    private static async Task<IHost> StartAsync(InMemoryNetwork network, string? seed, TimeProvider? clock)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(network.CreateTransport());
        if (clock is not null) builder.Services.AddKeyedSingleton(PeerReplicaKeys.TimeProvider, clock);
        builder.Services.AddPeerReplica(o =>
        {
            o.Listen = "127.0.0.1:0";
            if (seed is not null) o.Seeds.Add(seed);
        }).AddCounter("c").AddCounter("calls").AddMap<string, long>("m");
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private sealed class HostileClock : TimeProvider
    {
        public Action? OnCall { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            OnCall?.Invoke();
            return base.GetUtcNow();
        }

        public override long GetTimestamp()
        {
            OnCall?.Invoke();
            return base.GetTimestamp();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            OnCall?.Invoke();
            return new HostileTimer(this, base.CreateTimer(callback, state, dueTime, period));
        }
    }

    private sealed class HostileTimer(HostileClock clock, ITimer inner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.OnCall?.Invoke();
            return inner.Change(dueTime, period);
        }

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
