using System.Diagnostics.Metrics;
using PeerReplica.Hosting;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Diagnostics;

/// <summary>
/// The meter <c>PeerReplica</c>, with names in OpenTelemetry's manner. All instruments are observable: listeners are called when
/// they collect, on their own thread, and never by the code that counts. Thread-safe.
/// </summary>
internal sealed class ReplicaMetrics : IDisposable
{
    public const string MeterName = "PeerReplica";

    private readonly Meter _meter;
    private readonly TallyByKind<MessageType> _bytesSent;
    private readonly TallyByKind<MessageType> _framesSent;
    private readonly TallyByKind<LinkVerdict> _linksClosed;
    private readonly Tally _bytesReceived;
    private readonly Tally _coalesced;
    private readonly Tally _evicted;
    private readonly Tally _unreadable;
    private readonly Tally _mismatches;
    private readonly Tally _oversold;
    private readonly Tally _certificatesRefused;
    private ReplicaHost? _host;

    public ReplicaMetrics(IMeterFactory? factory)
        : this(factory?.Create(MeterName) ?? new Meter(MeterName))
    {
    }

    private ReplicaMetrics(Meter meter)
    {
        _meter = meter;
        _bytesSent = new(_meter, "peerreplica.sent.bytes", "By", "Bytes handed to connections, by message kind.", "kind");
        _framesSent = new(_meter, "peerreplica.sent.frames", "{frame}", "Frames handed to connections, by message kind.", "kind");
        _bytesReceived = new(_meter, "peerreplica.received.bytes", "By", "Bytes of frames that arrived.");
        _coalesced = new(_meter, "peerreplica.updates.coalesced", "{update}", "Local writes that replaced one not yet published.");
        _evicted = new(_meter, "peerreplica.map.evictions", "{entry}", "Entries that this replica removed from maps that were over their limits.");
        _unreadable = new(_meter, "peerreplica.values.unreadable", "{read}", "Reads of keys and values that peers wrote and that cannot be read here.");
        _mismatches = new(_meter, "peerreplica.content.mismatches", "{mismatch}", "Heartbeats that showed other content under an equal vector.");
        _certificatesRefused = new(_meter, "peerreplica.certificates.refused", "{reload}", "Changed certificates, authorities or denied peers that could not be used.");
        _linksClosed = new(_meter, "peerreplica.links.closed", "{link}", "Links closed and handshakes refused by this replica, by verdict.", "verdict");
        Observe("peerreplica.updates.published", "{update}", "Local changes published.", c => c.Counters.Published);
        Observe("peerreplica.updates.merged", "{update}", "Changes of peers that were new here.", c => c.Counters.Merged);
        Observe("peerreplica.updates.duplicate", "{transfer}", "Transfers whose whole content was known.", c => c.Counters.Duplicates);
        Observe("peerreplica.objects.mismatched", "{object}", "Objects that a peer has registered with another type, key type, capacity or other items.", c => c.Counters.ObjectMismatches);
        Observe("peerreplica.transfers.relayed", "{transfer}", "Origins' intervals passed on for others.", c => c.Counters.Relayed);
        Observe("peerreplica.changes.held_back", "{origin}", "Origins whose changes came to be refused for their time or size while the others were applied.", c => c.Counters.HeldBack);
        Observe(
            "peerreplica.peers.quarantined", "{quarantine}",
            "How often a peer's identity was kept out because it sent what cannot be valid.",
            c => c.Counters.Quarantined);
        Observe("peerreplica.transfers.full", "{transfer}", "Full states applied.", c => c.Counters.FullStates);
        _meter.CreateObservableGauge("peerreplica.entries", () => Read(c => c.Store.LiveRecords), "{entry}", "Live records.");
        _meter.CreateObservableGauge(
            "peerreplica.peers.expelled", () => Read(c => c.Expelled.Count), "{identity}",
            "Identities that are expelled from the cluster.");
        _meter.CreateObservableGauge("peerreplica.tombstones", () => Read(c => c.Store.Tombstones), "{entry}", "Records kept until all have seen them superseded.");
        _meter.CreateObservableGauge(
            "peerreplica.expiry.nodes", () => _host is { State: ReplicaState.Running } host ? host.ExpiryNodes : 0, "{node}", "Nodes of the expiry schedule, about one for each entry with a time to live.");
        _meter.CreateObservableGauge("peerreplica.peer.lag", Lags, "{update}", "Changes here that a peer has not acknowledged.");
        _oversold = new(_meter, "peerreplica.escrow.oversold", "{object}", "Bounded counters of which more was seen taken than was granted.");
        _meter.CreateObservableGauge("peerreplica.escrow.units", Units, "{unit}", "Units of bounded counters and pools, by object and by where they are: sold, held, free, stranded.");
        _meter.CreateObservableCounter(
            "peerreplica.changes.refused", RefusedChanges, "{change}", "Changes of peers that an object's validator refused, by object.");
        _meter.CreateObservableGauge("peerreplica.health", Findings, "{finding}", "What is wrong with the replica, by reason: 0 for each reason that does not hold.");
        _meter.CreateObservableGauge("peerreplica.peer.rtt", RoundTrips, "s", "Round trip to a peer.");
    }

    /// <summary>
    /// Creates the instruments for an app. Listeners are told of each one while it is created; if one of them, or the factory, throws, the
    /// replica goes without metrics.
    /// </summary>
    /// <param name="factory">The app's; null where there is none.</param>
    /// <param name="failure">What was thrown; null when all went well.</param>
    public static ReplicaMetrics Create(IMeterFactory? factory, out Exception? failure)
    {
        failure = null;
        try
        {
            return new ReplicaMetrics(factory);
        }
        catch (Exception e)
        {
            // Nobody is told of the instruments of a meter that was disposed of.
            failure = e;
            var silent = new Meter(MeterName);
            silent.Dispose();
            return new ReplicaMetrics(silent);
        }
    }

    /// <summary>The meter, for tests that have several replicas in one process.</summary>
    internal Meter Meter => _meter;

    public void Sent(MessageType type, int bytes)
    {
        _bytesSent.Add((int)type, bytes);
        _framesSent.Add((int)type, 1);
    }

    public void Received(int bytes) => _bytesReceived.Add(bytes);

    public void Coalesced() => _coalesced.Add(1);

    public void Evicted() => _evicted.Add(1);

    public void Unreadable() => _unreadable.Add(1);

    public void ContentMismatched() => _mismatches.Add(1);

    public void LinkClosed(LinkVerdict verdict) => _linksClosed.Add((int)verdict, 1);

    public void CertificatesRefused() => _certificatesRefused.Add(1);

    public void Oversold() => _oversold.Add(1);

    public void Attach(ReplicaHost host) => _host = host;

    public void Detach(ReplicaHost host)
    {
        if (_host == host) _host = null;
    }

    public void Dispose() => _meter.Dispose();

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

    private IEnumerable<Measurement<long>> RefusedChanges()
    {
        foreach (var validation in _host?.Validations ?? [])
            yield return new(validation.RefusedEver, new KeyValuePair<string, object?>("object", validation.Name));
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
