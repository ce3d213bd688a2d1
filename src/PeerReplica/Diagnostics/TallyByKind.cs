using System.Diagnostics.Metrics;

namespace PeerReplica.Diagnostics;

/// <summary>
/// As <see cref="Tally"/>, with one count for each value of an enumeration, which listeners get as a tag. Values that were never
/// counted are not reported. Thread-safe.
/// </summary>
/// <typeparam name="TKind">An enumeration of small non-negative numbers.</typeparam>
internal sealed class TallyByKind<TKind>
    where TKind : struct, Enum
{
    private readonly ObservableCounter<long> _instrument;
    private readonly KeyValuePair<string, object?>[] _tags;
    private readonly long[] _counts;

    public TallyByKind(Meter meter, string name, string unit, string description, string tag)
    {
        var kinds = Enum.GetValues<TKind>();
        _counts = new long[kinds.Max(NumberOf) + 1];
        _tags = new KeyValuePair<string, object?>[_counts.Length];
        foreach (var kind in kinds) _tags[NumberOf(kind)] = new(tag, kind.ToString());
        _instrument = meter.CreateObservableCounter(name, Read, unit, description);
    }

    public void Add(int kind, long amount)
    {
        if (_instrument.Enabled) Interlocked.Add(ref _counts[kind], amount);
    }

    private static int NumberOf(TKind kind) => Convert.ToInt32(kind, System.Globalization.CultureInfo.InvariantCulture);

    private IEnumerable<Measurement<long>> Read()
    {
        for (var kind = 0; kind < _counts.Length; kind++)
        {
            if (Volatile.Read(ref _counts[kind]) is > 0 and var count) yield return new(count, _tags[kind]);
        }
    }
}
