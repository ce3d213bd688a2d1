using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PeerReplica.Diagnostics;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Diagnostics;

public sealed class MetricsTests
{
    /// <summary>What operators build on: a name, once released, stays.</summary>
    private static readonly string[] s_instruments =
    [
        "peerreplica.certificates.refused", "peerreplica.changes.held_back", "peerreplica.changes.refused", "peerreplica.content.mismatches", "peerreplica.entries", "peerreplica.escrow.oversold", "peerreplica.escrow.units", "peerreplica.expiry.nodes", "peerreplica.faulted", "peerreplica.health", "peerreplica.isolated", "peerreplica.links.closed", "peerreplica.map.evictions", "peerreplica.objects.mismatched", "peerreplica.peer.lag", "peerreplica.peer.rtt",
        "peerreplica.peers.expelled", "peerreplica.peers.quarantined", "peerreplica.peers.up",
        "peerreplica.received.bytes", "peerreplica.sent.bytes", "peerreplica.sent.frames", "peerreplica.synced", "peerreplica.tombstones", "peerreplica.transfers.full",
        "peerreplica.transfers.relayed", "peerreplica.updates.coalesced", "peerreplica.updates.duplicate", "peerreplica.updates.merged",
        "peerreplica.updates.published", "peerreplica.values.unreadable",
    ];

    [Fact]
    public async Task Two_replicas_count_what_they_do()
    {
        using var a = await StartAsync("a", null);
        var first = a.Services.GetRequiredService<IPeerReplica>();
        using var seen = new Listener(a.Services.GetRequiredService<IMeterFactory>());
        using var b = await StartAsync("b", first.Self.Address);
        Assert.Equal(s_instruments, seen.Instruments.Order(StringComparer.Ordinal));

        var map = first.GetMap<string, int>("m");
        await b.Services.GetRequiredService<IPeerReplica>().WaitUntilSyncedAsync();
        for (var i = 0; i < 1000; i++) map.Set("k", i);
        map.Set("gone", 1);
        map.Remove("gone");
        await map.SetAsync("last", 1, WriteConcern.All);
        b.Services.GetRequiredService<IPeerReplica>().GetMap<string, int>("m").Set("theirs", 1);
        await b.Services.GetRequiredService<IPeerReplica>().FlushAsync(WriteConcern.All);

        seen.Collect();
        Assert.InRange(seen["peerreplica.updates.published"], 2, 900);
        Assert.InRange(seen["peerreplica.updates.coalesced"], 100, 1000);
        Assert.True(seen["peerreplica.updates.merged"] >= 1);
        Assert.True(seen["peerreplica.sent.bytes/kind=Data"] > 20);
        Assert.True(seen["peerreplica.sent.frames/kind=Data"] >= 1);
        Assert.True(seen["peerreplica.sent.frames/kind=Hello"] >= 1);
        Assert.True(seen["peerreplica.received.bytes"] > 20);
        Assert.InRange(seen["peerreplica.entries"], 3, 10);
        Assert.Equal(0, seen["peerreplica.peer.lag/peer=b"]);
        Assert.Equal(0, seen["peerreplica.content.mismatches"]);
        Assert.Equal((1, 1, 0, 0), (seen["peerreplica.peers.up"], seen["peerreplica.synced"], seen["peerreplica.isolated"], seen["peerreplica.faulted"]));
    }

    [Fact]
    public void Every_message_is_counted_under_its_own_kind()
    {
        using var metrics = new ReplicaMetrics(null);
        using var listener = new MeterListener();
        var kinds = new List<string?>();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name == "peerreplica.sent.frames" && instrument.Meter == metrics.Meter) l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => kinds.Add(tags[0].Value as string));
        listener.Start();
        foreach (var type in Enum.GetValues<MessageType>()) metrics.Sent(type, 1);
        listener.RecordObservableInstruments();
        Assert.Equal(Enum.GetNames<MessageType>(), kinds);
    }

    [Fact]
    public async Task A_value_that_cannot_be_read_is_counted_at_each_read()
    {
        using var a = await StartAsync("a", null);
        var first = a.Services.GetRequiredService<IPeerReplica>();
        using var b = await StartAsync("b", first.Self.Address, asText: true);
        using var seen = new Listener(a.Services.GetRequiredService<IMeterFactory>());
        var second = b.Services.GetRequiredService<IPeerReplica>();
        await second.WaitUntilSyncedAsync();
        await second.GetMap<string, string>("m").SetAsync("k", "no number", WriteConcern.All);
        Assert.Throws<ReplicaSerializationException>(() => first.GetMap<string, int>("m").TryGetValue("k", out _));
        Assert.Throws<ReplicaSerializationException>(() => first.GetMap<string, int>("m").TryGetValue("k", out _));
        seen.Collect();
        Assert.Equal(2, seen["peerreplica.values.unreadable"]);
    }

    [Fact]
    public async Task A_peer_of_another_cluster_is_counted_as_refused_under_the_verdict()
    {
        using var a = await StartAsync("a", null);
        using var seen = new Listener(a.Services.GetRequiredService<IMeterFactory>());
        using var stranger = await StartAsync("b", a.Services.GetRequiredService<IPeerReplica>().Self.Address, cluster: "another");
        const string Refused = "peerreplica.links.closed/verdict=OtherCluster";
        for (var i = 0; i < 500 && seen[Refused] == 0; i++)
        {
            await Task.Delay(10);
            seen.Collect();
        }

        Assert.InRange(seen[Refused], 1, 3);
    }

    private static async Task<IHost> StartAsync(string name, string? seed, bool asText = false, string? cluster = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddMetrics();
        var objects = builder.Services.AddPeerReplica(o =>
        {
            o.NodeName = name;
            o.Listen = "127.0.0.1:0";
            if (cluster is not null) o.ClusterName = cluster;
            if (seed is not null) o.Seeds.Add(seed);
        });
        if (asText) objects.AddMap<string, string>("m");
        else objects.AddMap<string, int>("m");
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>Collects one host's meter.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentDictionary<string, double> _values = new();

        public Listener(IMeterFactory factory)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name != "PeerReplica" || instrument.Meter.Scope != factory) return;
                Instruments.Add(instrument.Name);
                listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.Start();
        }

        public ConcurrentBag<string> Instruments { get; } = [];

        public double this[string name] => _values.GetValueOrDefault(name);

        public void Collect() => _listener.RecordObservableInstruments();

        public void Dispose() => _listener.Dispose();

        private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var name = tags.IsEmpty ? instrument.Name : $"{instrument.Name}/{tags[0].Key}={tags[0].Value}";
            if (instrument.IsObservable) _values[name] = value;
            else _values.AddOrUpdate(name, value, (_, sum) => sum + value);
        }
    }
}
