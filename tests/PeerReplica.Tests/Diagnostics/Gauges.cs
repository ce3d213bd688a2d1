using System.Diagnostics.Metrics;
using PeerReplica.Diagnostics;
using PeerReplica.Testing;

namespace PeerReplica.Tests.Diagnostics;

/// <summary>What a listener collects of one simulated replica, by name and tags: <c>name/tag=value/tag=value</c>.</summary>
internal sealed class Gauges : IDisposable
{
    private readonly ReplicaMetrics _metrics = new(null);
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, double> _values = [];

    public Gauges(SimulatedReplica replica)
    {
        _metrics.Attach(replica.Run!.Node.Host);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == _metrics.Meter) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((i, v, tags, _) => Note(i, v, tags));
        _listener.SetMeasurementEventCallback<long>((i, v, tags, _) => Note(i, v, tags));
        _listener.SetMeasurementEventCallback<double>((i, v, tags, _) => Note(i, v, tags));
        _listener.Start();
    }

    /// <summary>A value now; null if the instrument has none under these tags.</summary>
    public double? this[string name] => Collect().TryGetValue(name, out var value) ? value : null;

    /// <summary>All values now.</summary>
    public Dictionary<string, double> Collect()
    {
        _values.Clear();
        _listener.RecordObservableInstruments();
        return _values;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _metrics.Dispose();
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = instrument.Name;
        foreach (var (tag, of) in tags) name += $"/{tag}={of}";
        _values.Add(name, value);
    }
}
