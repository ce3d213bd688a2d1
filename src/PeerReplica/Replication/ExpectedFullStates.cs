using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// Which full states this replica has asked one peer for. Only an answer is applied: it may remove and replace what is here.
/// <list type="number">
/// <item>A request is open until a full state of its kind has arrived, however late.</item>
/// <item>A peer sends a full state that was not acknowledged again when it is told to restart: a restart opens an answered
/// request again, until the peer begins anew with changes.</item>
/// <item>A slow peer answers each of several requests. The first answer closes them all; the others are not applied, and are
/// not an excess. Neither is an answer that was on its way when the peer was told to restart, nor one to a request that the
/// transport repeated.</item>
/// </list>
/// </summary>
internal sealed class ExpectedFullStates
{
    /// <summary>How many full states a peer may send beyond those that it was asked for: acknowledgments may be lost.</summary>
    public const int MaxUnasked = 32;

    private State _fullState;
    private State _repair;

    /// <summary>How many full states of each kind may come that are not applied, and are no excess.</summary>
    private int _fullStatesToCome;
    private int _repairsToCome;

    /// <summary>How many full states came that were not even to come.</summary>
    private int _unasked;

    private enum State
    {
        None,
        Asked,
        Answered,
        AskedAgain,
    }

    /// <summary>Whether a transfer with these flags answers a request.</summary>
    public bool IsOpen(DataFlags flags) => IsOpen(Of(flags));

    public void Ask(PullKind kind)
    {
        if (kind == PullKind.FullState) Ask(ref _fullState, ref _fullStatesToCome);
        else if (kind == PullKind.Repair) Ask(ref _repair, ref _repairsToCome);
    }

    /// <summary>A full state has arrived whole and was applied.</summary>
    public void Answered(DataFlags flags) => Of(flags) = State.Answered;

    /// <summary>The peer is told to begin anew.</summary>
    public void Restarted()
    {
        Restart(ref _fullState, ref _fullStatesToCome);
        Restart(ref _repair, ref _repairsToCome);
    }

    /// <summary>The peer has begun anew with changes: it knows that its full states have arrived.</summary>
    public void BeganAnew()
    {
        if (_fullState == State.AskedAgain) _fullState = State.None;
        if (_repair == State.AskedAgain) _repair = State.None;
    }

    /// <summary>Counts a full state that answers no open request. False when it is more than the peer was ever asked for.</summary>
    public bool TryPassOver(DataFlags flags)
    {
        ref var toCome = ref _fullStatesToCome;
        if ((flags & DataFlags.Repair) != 0) toCome = ref _repairsToCome;
        if (toCome == 0) return ++_unasked <= MaxUnasked;
        toCome--;
        return true;
    }

    private static bool IsOpen(State state) => state is State.Asked or State.AskedAgain;

    private static void Ask(ref State state, ref int toCome)
    {
        // One to the request before this one, and one to this one where the transport repeats it.
        toCome += IsOpen(state) ? 2 : 1;
        state = State.Asked;
    }

    private static void Restart(ref State state, ref int toCome)
    {
        if (state == State.Answered) state = State.AskedAgain;
        else if (IsOpen(state)) toCome++;
    }

    private ref State Of(DataFlags flags)
    {
        if ((flags & DataFlags.Repair) != 0) return ref _repair;
        return ref _fullState;
    }
}
