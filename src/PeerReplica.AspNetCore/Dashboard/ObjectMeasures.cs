namespace PeerReplica.AspNetCore.Dashboard;

/// <summary>
/// How much each object holds. Measuring looks at every entry, so it is done again only after a multiple of the time that it took: however large the state is, it costs a fraction of one
/// processor while somebody looks. Not thread-safe.
/// </summary>
internal sealed class ObjectMeasures(IPeerReplica replica, TimeProvider time)
{
    private const int RestPerWork = 50;
    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, ObjectSize> _sizes = new(StringComparer.Ordinal);
    private long _measuredAt;
    private TimeSpan _rest = TimeSpan.MinValue;

    public ObjectSize Of(string name) => _sizes.GetValueOrDefault(name);

    public void Refresh()
    {
        var began = time.GetTimestamp();
        if (_rest != TimeSpan.MinValue && time.GetElapsedTime(_measuredAt, began) < _rest) return;
        foreach (var info in replica.Objects) _sizes[info.Name] = replica.MeasureObject(info.Name);
        _measuredAt = time.GetTimestamp();
        _rest = TimeSpan.FromTicks(Math.Max(s_least.Ticks, (time.GetElapsedTime(began, _measuredAt) * RestPerWork).Ticks));
    }
}
