namespace PeerReplica.Simulation;

/// <summary>What customers were told of their holds: one is told that he has what was held, or all that nobody has it.</summary>
/// <param name="canBeForgotten">Whether a confirmed hold counts as over once what it took was given back.</param>
internal sealed class ToldHolds(bool canBeForgotten)
{
    private readonly HashSet<HoldId> _confirmed = [];
    private readonly HashSet<HoldId> _released = [];

    /// <summary>Notes an answer; returns what is wrong with it, null when nothing is.</summary>
    public string? Note(HoldId hold, HoldOutcome outcome) => outcome switch
    {
        HoldOutcome.Confirmed when !_confirmed.Add(hold) => $"a hold was confirmed twice: {hold}",
        HoldOutcome.Confirmed when _released.Contains(hold) => $"a hold was confirmed after it was over: {hold}",
        HoldOutcome.Canceled or HoldOutcome.AlreadyCanceled when _confirmed.Contains(hold) => $"a confirmed hold was canceled: {hold}",
        HoldOutcome.Expired when _confirmed.Contains(hold) && !canBeForgotten => $"a confirmed hold is over: {hold}",
        HoldOutcome.Canceled or HoldOutcome.Expired or HoldOutcome.AlreadyCanceled => Release(hold),
        _ => null,
    };

    private string? Release(HoldId hold)
    {
        _released.Add(hold);
        return null;
    }
}
