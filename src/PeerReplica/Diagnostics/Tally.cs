using System.Diagnostics.Metrics;

namespace PeerReplica.Diagnostics;

/// <summary>
/// A counter that listeners read when they collect. They are never called where something is counted: a listener is foreign code,
/// and the replica counts under its gate. It counts from when the first listener subscribes. Thread-safe.
/// </summary>
internal sealed class Tally
{
    private readonly ObservableCounter<long> _instrument;
    private long _count;

    public Tally(Meter meter, string name, string unit, string description) =>
        _instrument = meter.CreateObservableCounter(name, () => Volatile.Read(ref _count), unit, description);

    public void Add(long amount)
    {
        if (_instrument.Enabled) Interlocked.Add(ref _count, amount);
    }
}
