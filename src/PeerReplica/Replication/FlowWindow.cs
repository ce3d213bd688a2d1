namespace PeerReplica.Replication;

/// <summary>
/// How much may be on its way to one peer: data frames that were sent and not yet acknowledged. Frames are numbered from 1; an acknowledgement of one stands
/// for all before it. The capacity falls by half when the transport refuses a frame, and rises again step by step, so that it finds what the transport
/// takes (additive increase, multiplicative decrease; Chiu and Jain, 1989).
/// </summary>
/// <param name="maxBytes">The capacity at most, and at first.</param>
/// <param name="frameBytes">The largest frame: the capacity at least, and the step by which it rises.</param>
internal sealed class FlowWindow(int maxBytes, int frameBytes)
{
    private readonly Queue<(ulong Number, int Bytes)> _inFlight = new();
    private int _withheld;

    /// <summary>How much may be on its way now.</summary>
    public int Capacity => Math.Max(frameBytes, maxBytes - _withheld);

    public int Outstanding { get; private set; }

    public ulong LastSent { get; private set; }

    /// <summary>The greatest number that was acknowledged.</summary>
    public ulong LastAcknowledged { get; private set; }

    /// <summary>Whether one more frame of the largest size fits; one always may be on its way.</summary>
    public bool HasRoom => Outstanding == 0 || Outstanding + frameBytes <= Capacity;

    /// <summary>Numbers a frame that is being sent.</summary>
    public ulong Send(int bytes)
    {
        LastSent++;
        Outstanding += bytes;
        _inFlight.Enqueue((LastSent, bytes));
        return LastSent;
    }

    public void Acknowledge(ulong number)
    {
        LastAcknowledged = Math.Max(LastAcknowledged, number);
        while (_inFlight.TryPeek(out var oldest) && oldest.Number <= number)
        {
            Outstanding -= oldest.Bytes;
            _inFlight.Dequeue();
        }
    }

    /// <summary>The transport has refused a frame: what was on its way was too much for it.</summary>
    public void Shrink() => _withheld = maxBytes - (Math.Min(Capacity, Outstanding) / 2);

    /// <summary>A heartbeat has passed.</summary>
    public void Grow() => _withheld = Math.Max(0, _withheld - frameBytes);

    /// <summary>Counts everything in flight as lost or arrived.</summary>
    public void Reset()
    {
        _inFlight.Clear();
        Outstanding = 0;
    }
}
