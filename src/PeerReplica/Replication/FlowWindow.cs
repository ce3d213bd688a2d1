namespace PeerReplica.Replication;

/// <summary>
/// How much may be on its way to one peer: data frames that were sent and not yet acknowledged. Frames are numbered from 1; an acknowledgement of one stands
/// for all before it.
/// </summary>
internal sealed class FlowWindow(int capacityBytes)
{
    private readonly Queue<(ulong Number, int Bytes)> _inFlight = new();

    public int Outstanding { get; private set; }

    public ulong LastSent { get; private set; }

    public bool HasRoom => Outstanding < capacityBytes;

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
        while (_inFlight.TryPeek(out var oldest) && oldest.Number <= number)
        {
            Outstanding -= oldest.Bytes;
            _inFlight.Dequeue();
        }
    }

    /// <summary>Counts everything in flight as lost or arrived.</summary>
    public void Reset()
    {
        _inFlight.Clear();
        Outstanding = 0;
    }
}
