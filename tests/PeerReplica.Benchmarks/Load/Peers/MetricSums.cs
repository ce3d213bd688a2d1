using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace PeerReplica.Benchmarks.Load.Peers;

/// <summary>Sums of the library's counters in this process, by name and kind.</summary>
internal sealed class MetricSums : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _sums = new();
    private readonly MeterListener _listener = new();

    public MetricSums()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "PeerReplica" && !instrument.IsObservable) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var name = tags.IsEmpty ? instrument.Name : $"{instrument.Name}.{tags[0].Value}";
            _sums.AddOrUpdate(name, value, (_, sum) => sum + value);
        });
        _listener.Start();
    }

    public long this[string name] => _sums.GetValueOrDefault(name);

    /// <summary>Of all kinds together.</summary>
    public long OfAllKinds(string name) => _sums.Where(s => s.Key.StartsWith(name + ".", StringComparison.Ordinal)).Sum(s => s.Value);

    public void Dispose() => _listener.Dispose();
}
