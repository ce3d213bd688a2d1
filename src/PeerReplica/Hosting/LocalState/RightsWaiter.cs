namespace PeerReplica.Hosting.LocalState;

/// <summary>Somebody who waits for rights. Either they are granted or the waiting is given up, never both.</summary>
internal sealed class RightsWaiter(long amount, bool isHold)
{
    private int _state;

    public long Amount { get; } = amount;

    /// <summary>Whether it is for a hold: then no right to return comes with it until the hold is confirmed.</summary>
    public bool IsHold { get; } = isHold;

    public TaskCompletionSource<bool> Done { get; } = new();

    public bool IsOpen => Volatile.Read(ref _state) == 0;

    /// <summary>Ends the waiting, by whichever side comes first.</summary>
    public bool TryEnd() => Interlocked.CompareExchange(ref _state, 1, 0) == 0;
}
