namespace PeerReplica.Testing.Clock;

/// <summary>What will happen, in the order of time, and of asking where times are equal. The only clock of a simulation.</summary>
internal sealed class EventQueue
{
    private readonly PriorityQueue<(SimulatedRun? Owner, Action Action), (long At, long Order)> _events = new();
    private long _order;

    /// <summary>Virtual time, in ticks of 100 ns since the start.</summary>
    public long Now { get; private set; }

    /// <summary>How many events have happened.</summary>
    public long Count { get; private set; }

    public bool IsEmpty => _events.Count == 0;

    /// <summary>When the next event is due.</summary>
    public long NextAt => _events.TryPeek(out _, out var key) ? key.At : long.MaxValue;

    /// <summary>Adds an event for a run of a replica, dropped if that has ended by then; or for nobody in particular.</summary>
    public void Add(SimulatedRun? owner, long delay, Action action) =>
        _events.Enqueue((owner, action), (Now + Math.Max(0, delay), ++_order));

    /// <summary>Moves to the next event and returns it.</summary>
    public (SimulatedRun? Owner, Action Action) Take()
    {
        _events.TryDequeue(out var next, out var key);
        Now = key.At;
        Count++;
        return next;
    }

    /// <summary>Lets time pass in which nothing happens.</summary>
    public void AdvanceTo(long at) => Now = Math.Max(Now, at);
}
