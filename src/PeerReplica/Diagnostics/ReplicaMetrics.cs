using System.Diagnostics.Metrics;
using PeerReplica.Hosting;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Diagnostics;

/// <summary>
/// The meter <c>PeerReplica</c>, with names in OpenTelemetry's manner. Counts of the core are observed when they are collected, so that counting costs the
/// loop nothing.
/// </summary>
internal sealed class ReplicaMetrics : IDisposable
{
    public const string MeterName = "PeerReplica";

    private readonly Meter _meter;
    private readonly Counter<long> _bytesSent;
    private ReplicaHost? _host;

    public ReplicaMetrics(IMeterFactory? factory)
    {
        _meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _bytesSent = _meter.CreateCounter<long>("peerreplica.sent.bytes", "By", "Bytes handed to connections, by message kind.");
        FramesSent = _meter.CreateCounter<long>("peerreplica.sent.frames", "{frame}", "Frames handed to connections, by message kind.");
        BytesReceived = _meter.CreateCounter<long>("peerreplica.received.bytes", "By", "Bytes of frames that arrived.");
        Coalesced = _meter.CreateCounter<long>("peerreplica.updates.coalesced", "{update}", "Local writes that replaced one not yet published.");
        Unreadable = _meter.CreateCounter<long>("peerreplica.values.unreadable", "{read}", "Reads of keys and values that peers wrote and that cannot be read here.");
        Mismatches = _meter.CreateCounter<long>("peerreplica.content.mismatches", "{mismatch}", "Heartbeats that showed other content under an equal vector.");
        LinksClosed = _meter.CreateCounter<long>("peerreplica.links.closed", "{link}", "Links closed by this replica, by verdict.");
        Observe("peerreplica.updates.published", "{update}", "Local changes published.", c => c.Counters.Published);
        Observe("peerreplica.updates.merged", "{update}", "Changes of peers that were new here.", c => c.Counters.Merged);
        Observe("peerreplica.updates.duplicate", "{transfer}", "Transfers whose whole content was known.", c => c.Counters.Duplicates);
        Observe("peerreplica.objects.mismatched", "{object}", "Objects that a peer has registered with another type, key type, capacity or other items.", c => c.Counters.ObjectMismatches);
        Observe("peerreplica.transfers.relayed", "{transfer}", "Origins' intervals passed on for others.", c => c.Counters.Relayed);
        Observe("peerreplica.changes.held_back", "{origin}", "Origins whose changes came to be refused for their time or size while the others were applied.", c => c.Counters.HeldBack);
        Observe("peerreplica.transfers.full", "{transfer}", "Full states applied.", c => c.Counters.Passes);
        _meter.CreateObservableGauge("peerreplica.entries", () => Read(c => c.Store.LiveRecords), "{entry}", "Live records.");
        _meter.CreateObservableGauge("peerreplica.tombstones", () => Read(c => c.Store.Tombstones), "{entry}", "Records kept until all have seen them superseded.");
        _meter.CreateObservableGauge(
            "peerreplica.expiry.nodes", () => _host is { State: ReplicaState.Running } host ? host.ExpiryNodes : 0, "{node}", "Nodes of the expiry schedule, about one for each entry with a time to live.");
        _meter.CreateObservableGauge("peerreplica.peer.lag", Lags, "{update}", "Changes here that a peer has not acknowledged.");
        Oversold = _meter.CreateCounter<long>("peerreplica.escrow.oversold", "{object}", "Bounded counters of which more was seen taken than was granted.");
        _meter.CreateObservableGauge("peerreplica.escrow.units", Units, "{unit}", "Units of bounded counters and pools, by object and by where they are: sold, held, free, stranded.");
        _meter.CreateObservableGauge("peerreplica.health", Findings, "{finding}", "What is wrong with the replica, by reason: 0 for each reason that does not hold.");
        _meter.CreateObservableGauge("peerreplica.peer.rtt", RoundTrips, "s", "Round trip to a peer.");
    }

    public Counter<long> FramesSent { get; }

    public Counter<long> BytesReceived { get; }

    public Counter<long> Coalesced { get; }

    public Counter<long> Unreadable { get; }

    public Counter<long> Mismatches { get; }

    public Counter<long> LinksClosed { get; }

    public Counter<long> Oversold { get; }

    public void Sent(MessageType type, int bytes)
    {
        var kind = new KeyValuePair<string, object?>("kind", s_kinds[(int)type]);
        _bytesSent.Add(bytes, kind);
        FramesSent.Add(1, kind);
    }

    public void Attach(ReplicaHost host) => _host = host;

    public void Detach(ReplicaHost host)
    {
        if (_host == host) _host = null;
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>By number; numbers of no message have none.</summary>
    private static readonly object?[] s_kinds = [.. Enumerable.Range(0, (int)Enum.GetValues<MessageType>().Max() + 1).Select(n => Enum.GetName((MessageType)n))];

    private void Observe(string name, string unit, string description, Func<ReplicaCore, long> read) =>
        _meter.CreateObservableCounter(name, () => Read(read), unit, description);

    private long Read(Func<ReplicaCore, long> read) => _host is { State: ReplicaState.Running } host ? read(host.Core) : 0;

    private IEnumerable<Measurement<long>> Lags() =>
        (_host?.Peers ?? []).Select(p => new Measurement<long>(p.Behind, new KeyValuePair<string, object?>("peer", p.NodeName)));

    private IEnumerable<Measurement<long>> Units()
    {
        foreach (var (name, audit) in _host?.Audits ?? new Dictionary<string, EscrowAudit>())
        {
            yield return Unit(name, "sold", audit.Sold);
            yield return Unit(name, "held", audit.Held);
            yield return Unit(name, "free", audit.Free);
            yield return Unit(name, "stranded", audit.Stranded);
        }
    }

    private static Measurement<long> Unit(string name, string state, long units) =>
        new(units, new KeyValuePair<string, object?>("object", name), new KeyValuePair<string, object?>("state", state));

    private IEnumerable<Measurement<int>> Findings()
    {
        if (_host is not { } host) yield break;
        foreach (var reason in HealthReasons.All) yield return new(host.FindingsOf(reason), new KeyValuePair<string, object?>("reason", s_reasons[(int)reason]));
    }

    /// <summary>By number, so that collecting makes no names.</summary>
    private static readonly string?[] s_reasons = [.. Enumerable.Range(0, (int)HealthReasons.All.Max() + 1).Select(n => Enum.GetName((ReplicaHealthReason)n))];

    private IEnumerable<Measurement<double>> RoundTrips() =>
        (_host?.Peers ?? []).Where(p => p.RoundTrip is not null)
        .Select(p => new Measurement<double>(p.RoundTrip!.Value.TotalSeconds, new KeyValuePair<string, object?>("peer", p.NodeName)));
}
