using Microsoft.Extensions.Logging.Abstractions;
using PeerReplica.DependencyInjection;
using PeerReplica.Diagnostics;
using PeerReplica.Hosting;
using PeerReplica.Testing;
using PeerReplica.Transport;

namespace PeerReplica.Tests.Foreign;

/// <summary>Validators on real threads: what they may block, and what not.</summary>
public sealed class ValidatorThreadTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_validator_that_hangs_holds_up_its_own_keys_and_nothing_else()
    {
        using var release = new ManualResetEventSlim();
        using var entered = new CountdownEvent(1);
        var network = new InMemoryNetwork();
        await using var first = NewNode(network, null, b => b.AddMap<int, int>("map").AddCounter("counter"));
        await first.StartAsync(CancellationToken.None);
        await using var second = NewNode(network, first, b => b.AddCounter("counter").AddMap<int, int>("map", o =>
        {
            o.ValidationTimeout = TimeSpan.FromMinutes(1);
            o.Validate = c =>
            {
                if (c.Value < 0)
                {
                    entered.Signal();
                    release.Wait(s_patience);
                }

                return ChangeVerdict.Accepted;
            };
        }));
        await second.StartAsync(CancellationToken.None);
        await second.WaitUntilSyncedAsync(CancellationToken.None);
        first.GetMap<int, int>("map").Set(1, -1);
        Assert.True(entered.Wait(s_patience));
        first.GetMap<int, int>("map").Set(2, 2);
        first.GetCounter("counter").Add(1);
        second.GetCounter("counter").Add(10);
        second.GetMap<int, int>("map").Set(3, 3);
        await first.FlushAsync(WriteConcern.All.WithTimeout(s_patience), CancellationToken.None);
        await second.FlushAsync(WriteConcern.All.WithTimeout(s_patience), CancellationToken.None);
        Assert.Equal(11, second.GetCounter("counter").Value);
        Assert.Equal([3], second.GetMap<int, int>("map").Select(e => e.Key));
        Assert.Equal([1, 2, 3], first.GetMap<int, int>("map").Select(e => e.Key).Order());
        Assert.Equal(await first.GetContentHashAsync(CancellationToken.None), await second.GetContentHashAsync(CancellationToken.None));
        release.Set();
        Assert.True(SpinWait.SpinUntil(() => second.GetMap<int, int>("map").Count == 3, s_patience));
    }

    [Fact]
    public async Task A_validator_may_wait_for_its_replica_and_for_peers()
    {
        PeerReplicaNode? reader = null;
        var network = new InMemoryNetwork();
        await using var first = NewNode(network, null, b => b.AddMap<int, int>("map").AddCounter("counter"));
        await first.StartAsync(CancellationToken.None);
        await using var second = NewNode(network, first, b => b.AddCounter("counter").AddMap<int, int>("map", o =>
        {
            o.ValidationTimeout = TimeSpan.FromMinutes(1);
            o.Validate = c =>
            {
                // Not how a validator should be, but nothing that it waits for may wait for it.
                reader!.GetCounter("counter").AddAsync(1, WriteConcern.All.WithTimeout(s_patience)).GetAwaiter().GetResult();
                reader.GetContentHashAsync(CancellationToken.None).GetAwaiter().GetResult();
                return ChangeVerdict.Accepted;
            };
        }));
        reader = second;
        await second.StartAsync(CancellationToken.None);
        await second.WaitUntilSyncedAsync(CancellationToken.None);
        for (var i = 0; i < 20; i++) first.GetMap<int, int>("map").Set(i, i);
        Assert.True(SpinWait.SpinUntil(() => second.GetMap<int, int>("map").Count == 20, s_patience));
        Assert.Equal(20, second.GetCounter("counter").Value);
        Assert.Equal(0, second.Host.Validations.Single().RefusedEver);
    }

    private static PeerReplicaNode NewNode(InMemoryNetwork network, PeerReplicaNode? seed, Action<IPeerReplicaBuilder> objects)
    {
        var options = new PeerReplicaOptions { Listen = "127.0.0.1:0", SeedTimeout = TimeSpan.FromSeconds(1) };
        if (seed is not null) options.Seeds.Add(seed.Self.Address);
        var environment = new ReplicaEnvironment { Transport = network.CreateTransport() };
        return new(options, SimulatedCluster.Register(objects), environment, NullLogger.Instance, new ReplicaMetrics(null));
    }
}
