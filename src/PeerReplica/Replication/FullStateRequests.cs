using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// Which full states this replica has asked one peer for. Only an answer is applied: it may remove and replace what is here.
/// <list type="number">
/// <item>A request is open until a full state of its kind has arrived, however late.</item>
/// <item>A peer sends a full state that was not acknowledged again when it is told to restart: a restart opens an answered
/// request again, until the peer begins anew with changes.</item>
/// </list>
/// </summary>
internal sealed class FullStateRequests
{
    /// <summary>How many full states that nobody asked for a link survives: a transport may repeat a request.</summary>
    public const int MaxUnasked = 8;

    private State _fullState;
    private State _repair;
    private int _unasked;

    private enum State
    {
        None,
        Asked,
        Answered,
        AskedAgain,
    }

    /// <summary>Whether a transfer with these flags answers a request.</summary>
    public bool IsOpen(DataFlags flags) => Of(flags) is State.Asked or State.AskedAgain;

    public void Ask(PullKind kind)
    {
        if (kind == PullKind.FullState) _fullState = State.Asked;
        else if (kind == PullKind.Repair) _repair = State.Asked;
    }

    /// <summary>A full state has arrived whole and was applied.</summary>
    public void Answered(DataFlags flags) => Of(flags) = State.Answered;

    /// <summary>The peer is told to begin anew.</summary>
    public void Restarted()
    {
        if (_fullState == State.Answered) _fullState = State.AskedAgain;
        if (_repair == State.Answered) _repair = State.AskedAgain;
    }

    /// <summary>The peer has begun anew with changes: it knows that its full states have arrived.</summary>
    public void BeganAnew()
    {
        if (_fullState == State.AskedAgain) _fullState = State.None;
        if (_repair == State.AskedAgain) _repair = State.None;
    }

    /// <summary>Counts a full state that nobody asked for. False when it is one too many.</summary>
    public bool TryPassOver() => ++_unasked <= MaxUnasked;

    private ref State Of(DataFlags flags)
    {
        if ((flags & DataFlags.Repair) != 0) return ref _repair;
        return ref _fullState;
    }
}
