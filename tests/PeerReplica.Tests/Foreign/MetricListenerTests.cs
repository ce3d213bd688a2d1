using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PeerReplica.Tests.Api;
using PeerReplica.Transport;

namespace PeerReplica.Tests.Foreign;

/// <summary>Metric listeners that throw, and that use the replica that is measured.</summary>
public sealed class MetricListenerTests
{
    [Fact]
    public async Task A_listener_that_throws_when_it_is_told_of_an_instrument_costs_the_metrics_and_nothing_else()
    {
        var isOurs = new AsyncLocal<bool>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (isOurs.Value && instrument.Name == "peerreplica.updates.coalesced") throw new InvalidOperationException("planted");
            },
        };
        listener.Start();
        isOurs.Value = true;
        await using var app = await Hosts.StartAsync(b => b.AddCounter("c"));
        app.Replica.GetCounter("c").Add(2);
        Assert.Equal((ReplicaState.Running, 2), (app.Replica.State, app.Replica.GetCounter("c").Value));
        Assert.Contains(app.Logs.All, e => e.EventId == 27);
    }

    [Fact]
    public async Task A_listener_is_called_only_when_it_collects_so_what_it_does_there_is_its_own_affair()
    {
        var network = new InMemoryNetwork();
        using var a = await StartAsync(network, null);
        var first = a.Services.GetRequiredService<IPeerReplica>();
        var isCollecting = false;
        var (inside, outside) = (0, 0);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == "PeerReplica") l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) =>
        {
            if (!isCollecting)
            {
                Interlocked.Increment(ref outside);
                throw new InvalidOperationException("planted");
            }

            inside++;
            first.GetMap<int, int>("m").Set(inside, first.Peers.Count);
        });
        listener.Start();

        using var b = await StartAsync(network, first.Self.Address);
        var second = b.Services.GetRequiredService<IPeerReplica>();
        await second.WaitUntilSyncedAsync();
        for (var i = 0; i < 1000; i++) second.GetMap<int, int>("m").Set(-1, i);
        await second.FlushAsync(WriteConcern.All);

        isCollecting = true;
        listener.RecordObservableInstruments();
        isCollecting = false;
        await first.FlushAsync(WriteConcern.All);
        Assert.Equal(0, outside);
        Assert.True(inside > 10);
        Assert.Equal(inside + 1, second.GetMap<int, int>("m").Count);
        Assert.Equal((ReplicaState.Running, ReplicaState.Running), (first.State, second.State));
        await b.StopAsync();
        await a.StopAsync();
        Assert.Equal(0, outside);
    }

    private static async Task<IHost> StartAsync(InMemoryNetwork network, string? seed)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(network.CreateTransport());
        builder.Services.AddPeerReplica(o =>
        {
            o.Listen = "127.0.0.1:0";
            if (seed is not null) o.Seeds.Add(seed);
        }).AddMap<int, int>("m");
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
