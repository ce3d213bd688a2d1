namespace PeerReplica.Hosting;

/// <summary>The wall clock, in milliseconds since 1970. Thread-safe.</summary>
internal sealed class WallClock(TimeProvider time)
{
    private const int TickBits = 16;
    private long _latest;

    public long Milliseconds => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// What the clock said at some moment of the system's tick that it is now (4 ms on Linux, 16 on Windows): the tick costs a sixth of reading the clock. The number of the tick comes round every
    /// minute: if nobody has asked for so long it may be what the clock said then. For those who know a time that it is later than.
    /// </summary>
    public long RoughMilliseconds
    {
        get
        {
            if (time != TimeProvider.System) return Milliseconds;
            var tick = (ushort)Environment.TickCount64;
            var latest = Volatile.Read(ref _latest);
            if ((ushort)latest == tick) return latest >> TickBits;
            var now = Milliseconds;
            Volatile.Write(ref _latest, (now << TickBits) | tick);
            return now;
        }
    }
}
