using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace PeerReplica.AspNetCore.NodeReports;

/// <summary>
/// Reads the figures of the app's replica from its meter, as any metrics exporter does. All of its instruments are observable, so nothing is counted twice and nothing runs between two
/// readings. Thread-safe.
/// </summary>
internal sealed class ReplicaCounters : IDisposable
{
    private static readonly string[] s_names =
    [
        "peerreplica.entries", "peerreplica.tombstones", "peerreplica.updates.published", "peerreplica.updates.merged", "peerreplica.updates.coalesced",
        "peerreplica.map.evictions", "peerreplica.sent.bytes", "peerreplica.received.bytes",
    ];

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
                Entries = Of(0),
                Tombstones = Of(1),
                Published = Of(2),
                Merged = Of(3),
                Coalesced = Of(4),
                Evicted = Of(5),
                SentBytes = Of(6),
                ReceivedBytes = Of(7),
            };
        }
    }

    public void Dispose() => _listener.Dispose();

    private long Of(int index) => _sums.GetValueOrDefault(s_names[index]);
}
