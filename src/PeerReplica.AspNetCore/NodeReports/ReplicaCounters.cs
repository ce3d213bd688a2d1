using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace PeerReplica.AspNetCore.NodeReports;

/// <summary>
/// Reads the figures of the app's replica from its meter, as any metrics exporter does. All of its instruments are observable, so nothing is counted twice and nothing runs between two
/// readings. Thread-safe.
/// </summary>
internal sealed class ReplicaCounters : IDisposable
{
    private const string Entries = "peerreplica.entries";
    private const string Tombstones = "peerreplica.tombstones";
    private const string Published = "peerreplica.updates.published";
    private const string Merged = "peerreplica.updates.merged";
    private const string Coalesced = "peerreplica.updates.coalesced";
    private const string Evicted = "peerreplica.map.evictions";
    private const string SentBytes = "peerreplica.sent.bytes";
    private const string ReceivedBytes = "peerreplica.received.bytes";

    private static readonly string[] s_names = [Entries, Tombstones, Published, Merged, Coalesced, Evicted, SentBytes, ReceivedBytes];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _sums = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    /// <param name="factory">The app's own: other apps in the process have meters of the same name.</param>
    public ReplicaCounters(IMeterFactory? factory = null)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == PeerReplicaMeterProviderBuilderExtensions.MeterName && ReferenceEquals(instrument.Meter.Scope, factory) && s_names.Contains(instrument.Name))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _sums[instrument.Name] = _sums.GetValueOrDefault(instrument.Name) + value);
        _listener.Start();
    }

    public ReplicaTotals Read()
    {
        lock (_gate)
        {
            _sums.Clear();
            _listener.RecordObservableInstruments();
            return new()
            {
                Entries = Of(Entries),
                Tombstones = Of(Tombstones),
                Published = Of(Published),
                Merged = Of(Merged),
                Coalesced = Of(Coalesced),
                Evicted = Of(Evicted),
                SentBytes = Of(SentBytes),
                ReceivedBytes = Of(ReceivedBytes),
            };
        }
    }

    public void Dispose() => _listener.Dispose();

    private long Of(string name) => _sums.GetValueOrDefault(name);
}
