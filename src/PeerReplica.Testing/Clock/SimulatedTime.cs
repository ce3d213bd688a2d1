namespace PeerReplica.Testing.Clock;

/// <summary>The clocks of one run: a monotonic one, which may be slightly fast or slow, and its machine's wall clock, which may be off.</summary>
internal sealed class SimulatedTime(EventQueue events, SimulatedRun run, SimulatedReplica machine, long partsPerMillion) : TimeProvider
{
    private const long Million = 1_000_000;
    private static readonly DateTimeOffset s_epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => events.Now + (events.Now * partsPerMillion / Million);

    public override DateTimeOffset GetUtcNow() => s_epoch + new TimeSpan(events.Now) + machine.ClockOffset;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(SimulatedTime owner, TimerCallback callback, object? state) : ITimer
    {
        private int _version;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _version++;
            if (dueTime != Timeout.InfiniteTimeSpan) Arm(dueTime, period, _version);
            return true;
        }

        public void Dispose() => _version++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Arm(TimeSpan dueTime, TimeSpan period, int version) => owner.Events.Add(owner.Run, owner.InTrueTime(dueTime.Ticks), () =>
        {
            if (version != _version) return;
            if (period > TimeSpan.Zero) Arm(period, period, version);
            callback(state);
        });
    }

    private EventQueue Events => events;

    private SimulatedRun Run => run;

    private long InTrueTime(long localTicks) => localTicks * Million / (Million + partsPerMillion);
}
