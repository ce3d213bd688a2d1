namespace PeerReplica.Hosting;

/// <summary>
/// A clock of the app's. It is foreign code, called under the replica's gate: where it throws, or calls the replica and so itself,
/// the time it told last counts until it tells another. Thread-safe, if the clock is.
/// </summary>
/// <param name="inner">The app's clock.</param>
internal sealed class GuardedTimeProvider(TimeProvider inner) : TimeProvider
{
    [ThreadStatic]
    private static bool t_isAsking;

    private readonly long _frequency = inner.TimestampFrequency;
    private long _utcTicks = inner.GetUtcNow().UtcTicks;
    private long _timestamp = inner.GetTimestamp();

    public override long TimestampFrequency => _frequency;

    public override DateTimeOffset GetUtcNow() => new(Ask(static c => c.GetUtcNow().UtcTicks, ref _utcTicks), TimeSpan.Zero);

    public override long GetTimestamp() => Ask(static c => c.GetTimestamp(), ref _timestamp);

    /// <summary>A timer of the app's clock. Where that fails, one of the system's fires instead.</summary>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return new GuardedTimer(inner, callback, state, dueTime, period);
    }

    private long Ask(Func<TimeProvider, long> question, ref long latest)
    {
        if (t_isAsking) return Volatile.Read(ref latest);
        t_isAsking = true;
        try
        {
            var answer = question(inner);
            Volatile.Write(ref latest, answer);
            return answer;
        }
        catch (Exception)
        {
            return Volatile.Read(ref latest);
        }
        finally
        {
            t_isAsking = false;
        }
    }
}
