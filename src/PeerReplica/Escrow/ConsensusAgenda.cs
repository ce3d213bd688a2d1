namespace PeerReplica.Escrow;

/// <summary>What there is for the account consensus to decide, as one replica sees it.</summary>
internal sealed class ConsensusAgenda(EscrowView view, ReplicaId self)
{
    private (long Version, ConsensusRecord? Own, ConsensusInputs? Inputs, Decision? Next) _last = (-1, null, null, null);

    /// <summary>The decision that this replica would propose now; null when there is nothing to decide.</summary>
    public Decision? Next(ConsensusRecord own, ConsensusInputs inputs)
    {
        if (_last.Version != view.Version || !ReferenceEquals(_last.Own, own) || !ReferenceEquals(_last.Inputs, inputs))
            _last = (view.Version, own, inputs, Compute(own, inputs));
        return _last.Next;
    }

    private Decision? Compute(ConsensusRecord own, ConsensusInputs inputs)
    {
        var leaving = Leaving(own, inputs);
        var voters = Voters(inputs, leaving);

        // The last one to leave decides nothing: there is nobody to leave it to.
        if (voters.Length == 0) return null;
        var initialGrants = InitialGrants(own, voters);
        var closings = Closings(leaving, voters);
        if (initialGrants.Length == 0 && closings.Length == 0 && voters.AsSpan().SequenceEqual(view.Voters)) return null;
        return new Decision { BootstrapId = view.BootstrapId, Voters = voters, Cut = Cut(), InitialGrants = initialGrants, Closings = closings };
    }

    /// <summary>Changes nothing: for when there is nothing left to decide, and voters who have promised wait for a decision.</summary>
    public Decision Nothing() => new() { BootstrapId = view.BootstrapId, Voters = view.Voters, Cut = Cut() };

    /// <summary>
    /// Whose account is to be closed: who left, whose process is known to have ended, whom somebody asked to close, and whom a quorum of voters has given up. A voice counts
    /// while its voter can be reached, since one that cannot might have heard of the replica since; and nobody proposes to close an account whose owner it can reach itself.
    /// </summary>
    private SortedSet<ReplicaId> Leaving(ConsensusRecord own, ConsensusInputs inputs)
    {
        var leaving = new SortedSet<ReplicaId>();
        var givenUp = new SortedDictionary<ReplicaId, int>();
        foreach (var id in view.Participants)
        {
            var record = id == self ? own : view.ConsensusRecordOf(id);
            if (record is { IsLeaving: true } || view.IsEnded(id)) Add(id);
            if (record is null || !view.IsMember(id)) continue;
            foreach (var wished in record.Closings) Add(wished);
            var hasVoice = Array.IndexOf(view.Voters, id) >= 0 && !view.IsEnded(id) && (id == self || inputs.Reachable.Contains(id));
            foreach (var lost in record.GivenUp) givenUp[lost] = givenUp.GetValueOrDefault(lost) + (hasVoice ? 1 : 0);
        }

        foreach (var (lost, voices) in givenUp)
        {
            if (voices >= Math.Max(1, view.Quorum()) && !inputs.Reachable.Contains(lost)) Add(lost);
        }

        return leaving;

        void Add(ReplicaId id)
        {
            // Others may propose to close this replica's account; it would be left with nobody to leave it to, were all to wish it of each other.
            if (id == self && !own.IsLeaving) return;
            if (view.IsMember(id) || Array.IndexOf(view.Voters, id) >= 0) leaving.Add(id);
        }
    }

    private ReplicaId[] Voters(ConsensusInputs inputs, SortedSet<ReplicaId> leaving)
    {
        var voters = new SortedSet<ReplicaId>();
        foreach (var voter in view.Voters)
        {
            if (!leaving.Contains(voter)) voters.Add(voter);
        }

        foreach (var id in view.Participants)
        {
            if (voters.Count >= AccountConsensus.MaxVoters) break;
            if (id == self || leaving.Contains(id) || !inputs.Reachable.Contains(id)) continue;
            if (inputs.Known is { } known && !known.Contains(id)) continue;
            if (view.IsMember(id) && view.ConsensusRecordOf(id)?.Slot == view.Slot) voters.Add(id);
        }

        return [.. voters];
    }

    /// <summary>Who asks for an object first, in the order of ids, says how much; it is divided among the voters.</summary>
    private InitialGrant[] InitialGrants(ConsensusRecord own, ReplicaId[] voters)
    {
        var initialGrants = new SortedDictionary<EscrowName, InitialGrant>();
        foreach (var id in view.Participants)
        {
            var record = id == self ? own : view.ConsensusRecordOf(id);
            if (record is null || (!view.IsMember(id) && id != self)) continue;
            foreach (var wish in record.InitialGrants)
            {
                if (view.InitialGrantOf(wish.Object) is not null || initialGrants.ContainsKey(wish.Object)) continue;
                var shares = new InitialGrantShare[voters.Length];
                for (var i = 0; i < voters.Length; i++)
                    shares[i] = new InitialGrantShare(voters[i], Share(wish.Down, i, voters.Length), Share(wish.Up, i, voters.Length));
                initialGrants.Add(wish.Object, new InitialGrant(wish.Object, shares));
            }
        }

        return [.. initialGrants.Values];
    }

    private static long Share(long amount, int index, int count) => (amount / count) + (index < amount % count ? 1 : 0);

    private Closing[] Closings(SortedSet<ReplicaId> leaving, ReplicaId[] voters)
    {
        var closings = new List<Closing>();
        foreach (var account in leaving)
        {
            if (view.ClosingOf(account) is not null) continue;
            var successor = Array.IndexOf(voters, self) >= 0 ? self : voters[0];
            closings.Add(new Closing(account, successor, [.. view.Accounts.Select(a => Closed(a.Key, account, leaving)).Where(c => c is not null)!]));
        }

        return [.. closings];
    }

    /// <summary>An account as the account consensus knows it; null where nobody knows anything of it.</summary>
    private ClosedObject? Closed(EscrowName name, ReplicaId account, SortedSet<ReplicaId> leaving)
    {
        var record = view.AccountOf(name, account);
        var closed = new ClosedObject(name, Closed(record.Down, Receipts(name, account, up: false), leaving), Closed(record.Up, Receipts(name, account, up: true), leaving));
        return ReferenceEquals(record, AccountRecord.Empty) && closed is { Down.Receipts: [], Up.Receipts: [] } ? null : closed;
    }

    private ClosedSide Closed(AccountSide side, Receipt[] receipts, SortedSet<ReplicaId> leaving) =>
        new(side.Limit, side.Granted, [.. side.Transfers.Where(g => !leaving.Contains(g.To) && view.ClosingOf(g.To) is null)], receipts);

    /// <summary>
    /// What others gave to an account. All that is known here counts, acknowledged or not: the cut covers it. What closed accounts
    /// gave stands in their closings.
    /// </summary>
    private Receipt[] Receipts(EscrowName name, ReplicaId account, bool up)
    {
        var receipts = new List<Receipt>();
        foreach (var giver in view.OpenAccountsOf(name))
        {
            if (giver == account || !view.IsMember(giver)) continue;
            foreach (var transfer in view.AccountOf(name, giver)[up].Transfers)
            {
                if (transfer.To == account) receipts.Add(new Receipt(giver, transfer.Amount));
            }
        }

        return [.. receipts];
    }

    private Mark[] Cut()
    {
        var cut = new List<Mark>();
        foreach (var id in view.Participants)
        {
            if (view.SinceOf(id) is var since and > 0) cut.Add(new Mark(id, since));
        }

        return [.. cut];
    }
}
