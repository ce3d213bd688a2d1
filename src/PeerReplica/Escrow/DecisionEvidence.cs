namespace PeerReplica.Escrow;

/// <summary>
/// Who says that what was decided, where votes are checked. Each voter writes a record of its own for each decision that it voted on,
/// before it goes on to the next; these records stay. A decision is believed
/// <list type="number">
/// <item>if this replica found it decided;</item>
/// <item>if so many voters wrote it that one of them is honest (<see cref="VoterQuorum.Witnesses"/>);</item>
/// <item>or if a quorum of voters wrote it, or accepted it under one ballot.</item>
/// </list>
/// The voters are those whom the decision before it names. What anybody else writes says nothing.
/// </summary>
internal sealed class DecisionEvidence
{
    private readonly Dictionary<(ReplicaId BootstrapId, ulong Slot), SortedList<ReplicaId, Decision>> _said = [];

    public DecisionEvidence Copy()
    {
        var copy = new DecisionEvidence();
        foreach (var (key, said) in _said) copy._said.Add(key, new(said));
        return copy;
    }

    /// <summary>Takes one replica's word.</summary>
    public void Note(ulong slot, Decision decision, ReplicaId origin)
    {
        if (!_said.TryGetValue((decision.BootstrapId, slot), out var said)) _said.Add((decision.BootstrapId, slot), said = []);
        said[origin] = decision;
    }

    /// <summary>What a replica says was decided; null when it says nothing.</summary>
    public Decision? SaidBy(ReplicaId bootstrapId, ulong slot, ReplicaId origin) =>
        _said.TryGetValue((bootstrapId, slot), out var said) ? said.GetValueOrDefault(origin) : null;

    /// <summary>The next decision of the view's forming, if there is evidence for one.</summary>
    public Decision? Next(EscrowView view)
    {
        if (!_said.TryGetValue((view.BootstrapId, view.Slot), out var said)) return null;
        foreach (var decision in said.Values)
        {
            if (IsShown(view, view.Voters, view.Slot, decision)) return decision;
        }

        return null;
    }

    /// <summary>Whether there is evidence that something was decided by some voters.</summary>
    public bool IsShown(EscrowView view, ReplicaId[] voters, ulong slot, Decision decision)
    {
        if (SaidBy(decision.BootstrapId, slot, view.Self) is { } own && DecisionDigest.Same(own, decision)) return true;
        var witnesses = 0;
        var ended = 0;
        var accepted = new Dictionary<Ballot, int>();
        foreach (var voter in voters)
        {
            if (view.IsEnded(voter)) ended++;
            if (SaidBy(decision.BootstrapId, slot, voter) is { } said && DecisionDigest.Same(said, decision)) witnesses++;
            else if (view.ConsensusRecordOf(voter) is { AcceptedValue: { } value } record && record.BootstrapId == decision.BootstrapId && record.Slot == slot && DecisionDigest.Same(value, decision))
                accepted[record.Accepted] = accepted.GetValueOrDefault(record.Accepted) + 1;
        }

        if (witnesses >= VoterQuorum.Witnesses(voters.Length)) return true;
        var quorum = VoterQuorum.OfLeft(voters.Length, ended, isChecked: true);
        if (quorum == 0) quorum = VoterQuorum.Of(voters.Length, isChecked: true);
        return witnesses + (accepted.Count > 0 ? accepted.Values.Max() : 0) >= quorum;
    }
}
