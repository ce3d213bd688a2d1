namespace PeerReplica.Escrow;

/// <summary>
/// One replica's part in deciding what must be decided once: who forms the cluster, what is granted initially, whose account is closed. Paxos (Lamport, 2001), one instance
/// for each numbered decision, with the voters of each named by the one before it. Its messages are the replicas' latest records, replicated
/// like any state: what is lost comes again, what comes late is old.
/// <list type="number">
/// <item>A voter that promised a ballot accepts no lower one.</item>
/// <item>A voter takes part only once it contains the last decision's cut, and has acknowledged it.</item>
/// <item>Having promised, a voter acknowledges nothing until the decision is known.</item>
/// <item>What is proposed anew has a cut that covers all that those who promised have acknowledged.</item>
/// </list>
/// Hence whatever a quorum acknowledges before an account's closing is counted in that closing, and nothing after it ever is: one of any quorum that
/// acknowledges is among those who promised, and it did so before. That a voter who accepts may have acknowledged more does no harm, and it must not refuse:
/// what was accepted once may have been decided with the voice of one who is gone, and is the only thing that can still be.
/// </summary>
internal sealed class AccountConsensus(EscrowView view, ReplicaId self)
{
    /// <summary>Voters beyond these would make each acknowledgement dearer and no loss likelier to be survived in practice.</summary>
    public const int MaxVoters = 7;

    private readonly ConsensusAgenda _agenda = new(view, self);

    public ConsensusRecord Own { get; private set; } = new();

    /// <summary>Whether <see cref="Own"/> says more than what the view has of this replica.</summary>
    public bool IsUnpublished => view.ConsensusRecordOf(self) != Own;

    /// <summary>The decision that the last step found decided, for all to learn; null when there is none.</summary>
    public Decision? Decided { get; private set; }

    /// <summary>Whether it has a voice. Who voted for another bootstrap since has none: there it may be counted on already.</summary>
    public bool IsVoter => view.IsFormed && Array.IndexOf(view.Voters, self) >= 0 && (Own.BootstrapVote.Length == 0 || BootstrapIdOf(Own.BootstrapVote) == view.BootstrapId);

    /// <summary>Whether there is something to decide, or to bring to its end, whoever's turn it is.</summary>
    public bool HasUnfinishedBusiness(ConsensusInputs inputs) => IsVoter && view.Quorum() > 0 && (IsStuck() || _agenda.Next(Own, inputs) is not null);

    public AccountConsensus Copy(EscrowView copied) => new(copied, self) { Own = Own };

    /// <summary>Says something about itself.</summary>
    public void UpdateOwn(Func<ConsensusRecord, ConsensusRecord> change) => Own = change(Own);

    /// <summary>Does what the view permits. Returns whether <see cref="Own"/> changed or something was decided; then learn and publish that, and step again.</summary>
    public bool Step(ConsensusInputs inputs)
    {
        var before = Own;
        Decided = null;
        if (!view.IsFormed)
        {
            Form(inputs.Ready, inputs.IsAgreed);
            return Own != before || Decided is not null;
        }

        if (Own.BootstrapId != view.BootstrapId || Own.Slot != view.Slot) Own = ResetForSlot(Own);
        if (IsVoter && view.ContainsCut())
        {
            if (Own.Promised == Ballot.None) Acknowledge();
            Promise();
            Accept();
        }

        if (IsVoter) Propose(inputs);
        return Own != before || Decided is not null;
    }

    private ConsensusRecord ResetForSlot(ConsensusRecord own) => own with
    {
        BootstrapId = view.BootstrapId,
        Slot = view.Slot,
        Promised = Ballot.None,
        Accepted = Ballot.None,
        AcceptedValue = null,
        Prepared = Ballot.None,
        Proposed = Ballot.None,
        ProposedValue = null,
        Ready = [],
        InitialGrants = [.. own.InitialGrants.Where(m => view.InitialGrantOf(m.Object) is null)],
        Closings = [.. own.Closings.Where(c => view.ClosingOf(c) is null)],
        GivenUp = [.. own.GivenUp.Where(c => view.ClosingOf(c) is null)],

        // Of replicas without an account and a vote nobody need know whether they have ended.
        Ended = [.. own.Ended.Where(e => e == self || view.Participants.Contains(e) || Array.IndexOf(view.Voters, e) >= 0)],

        // Named a voter by those who formed without it: what it had voted for came to nothing.
        BootstrapVote = view.Slot > 1 && Array.IndexOf(view.Voters, self) >= 0 ? [] : own.BootstrapVote,
    };

    /// <summary>
    /// First everyone says with whom it is ready to form, then, having heard the same from all of them, binds itself; when all are bound the cluster is formed.
    /// </summary>
    private void Form(ReplicaId[] ready, bool isAgreed)
    {
        if (!Own.Ready.AsSpan().SequenceEqual(ready)) Own = Own with { Ready = ready };
        if (isAgreed && Array.IndexOf(ready, self) >= 0 && !Own.BootstrapVote.AsSpan().SequenceEqual(ready) && MayVote(ready) && AllSay(ready, static r => r.Ready))
            Own = Own with { BootstrapVote = ready };
        var isBound = Own.BootstrapVote.Length > 0 && AllSay(Own.BootstrapVote, static r => r.BootstrapVote);
        view.VotedBootstrapId = Own.BootstrapVote.Length > 0 ? BootstrapIdOf(Own.BootstrapVote) : default;
        if (isBound) Decided = new Decision { BootstrapId = BootstrapIdOf(Own.BootstrapVote), Voters = VotersOf(Own.BootstrapVote) };
    }

    /// <summary>
    /// Another bootstrap vote is given up only for one that all who are left of the first are to join, and while fewer of the first than a majority have ended: then
    /// nothing can have been decided under the first that none of them knows.
    /// </summary>
    private bool MayVote(ReplicaId[] ready)
    {
        if (Own.BootstrapVote.Length == 0) return true;
        var isAnyEnded = false;
        foreach (var id in Own.BootstrapVote)
        {
            if (view.IsEnded(id)) isAnyEnded = true;
            else if (Array.IndexOf(ready, id) < 0) return false;
        }

        var voters = VotersOf(Own.BootstrapVote);
        return isAnyEnded && voters.Count(view.IsEnded) < (voters.Length / 2) + 1;
    }

    private bool AllSay(ReplicaId[] ids, Func<ConsensusRecord, ReplicaId[]> said)
    {
        foreach (var id in ids)
        {
            var record = id == self ? Own : view.ConsensusRecordOf(id);
            if (record is null || !said(record).AsSpan().SequenceEqual(ids)) return false;
        }

        return true;
    }

    private static ReplicaId[] VotersOf(ReplicaId[] bootstrapVote) => bootstrapVote.Length > MaxVoters ? bootstrapVote[..MaxVoters] : bootstrapVote;

    /// <summary>Follows from all the ids, so that no two bootstraps share one.</summary>
    private static ReplicaId BootstrapIdOf(ReplicaId[] ids)
    {
        var sum = UInt128.One;
        foreach (var id in ids) sum = (sum ^ id.Value) * 0x2360ED051FC65DA5;
        return new ReplicaId(sum);
    }

    private void Promise()
    {
        foreach (var record in AtThisSlot())
        {
            if (record.Prepared > Own.Promised) Own = Own with { Promised = record.Prepared };
        }
    }

    /// <summary>Only what is here: so what a decision builds on survives with those who accepted it.</summary>
    private void Accept()
    {
        foreach (var record in AtThisSlot())
        {
            if (record.ProposedValue is not { } value || record.Proposed < Own.Promised || record.Proposed <= Own.Accepted || !view.Contains(value.Cut)) continue;
            Own = Own with { Promised = record.Proposed, Accepted = record.Proposed, AcceptedValue = value };
        }
    }

    private void Acknowledge()
    {
        var acks = new List<Mark>();
        var isNew = false;
        foreach (var id in view.Participants)
        {
            if (!view.IsMember(id) || view.SinceOf(id) == 0) continue;
            var since = view.SinceOf(id);
            acks.Add(new Mark(id, since));
            isNew |= Own.AckOf(id) != since;
        }

        if (isNew || acks.Count != Own.Acks.Length) Own = Own with { Acks = [.. acks] };
    }

    private void Propose(ConsensusInputs inputs)
    {
        var quorum = view.Quorum();
        if (quorum == 0) return;
        if (Own.ProposedValue is not null && Agreeing(r => r.Accepted == Own.Proposed) >= quorum)
        {
            Decided = Own.ProposedValue;
            return;
        }

        if (Own.Prepared != Ballot.None && Own.Proposed != Own.Prepared && Agreeing(r => r.Promised == Own.Prepared) >= quorum)
        {
            if (Choice(inputs) is { } value) Own = Own with { Proposed = Own.Prepared, ProposedValue = value };
            return;
        }

        if (!inputs.MayPropose || (IsUnderWay() && !IsOutbid(quorum)) || (!IsStuck() && _agenda.Next(Own, inputs) is null)) return;
        var round = 0UL;
        foreach (var record in AtThisSlot()) round = Math.Max(round, Math.Max(record.Promised.Round, record.Prepared.Round));
        Own = Own with { Prepared = new Ballot(round + 1, self) };
    }

    /// <summary>What must be proposed where something may have been accepted already, else what is wished for.</summary>
    private Decision? Choice(ConsensusInputs inputs)
    {
        ConsensusRecord? latest = null;
        foreach (var record in Voting())
        {
            if (record.Promised == Own.Prepared && record.AcceptedValue is not null && (latest is null || record.Accepted > latest.Accepted)) latest = record;
        }

        if (latest is not null) return latest.AcceptedValue;
        return KnowsWhatWasAcknowledged() ? _agenda.Next(Own, inputs) ?? _agenda.Nothing() : null;
    }

    /// <summary>Whether all is here that those who promised this replica's ballot have acknowledged: what it proposes must count it.</summary>
    private bool KnowsWhatWasAcknowledged()
    {
        foreach (var record in Voting())
        {
            if (record.Promised != Own.Prepared) continue;
            foreach (var ack in record.Acks)
            {
                if (view.ClosingOf(ack.Replica) is null && !view.Contains(ack)) return false;
            }
        }

        return true;
    }

    /// <summary>Whether an attempt of this replica's is still to be answered.</summary>
    private bool IsUnderWay() => Own.Prepared != Ballot.None && Own.Prepared >= Own.Promised;

    /// <summary>Whether too few can still agree to the attempt under way: the others are promised to a higher ballot. Who has yet to learn of the last decision may agree.</summary>
    private bool IsOutbid(int quorum) => view.Voters.Count(v => !view.IsEnded(v)) - Agreeing(r => r.Promised > Own.Prepared) < quorum;

    /// <summary>Whether a voter promised, and something may never have come to be decided: it acknowledges nothing until it is.</summary>
    private bool IsStuck()
    {
        foreach (var record in Voting())
        {
            if (record.Promised != Ballot.None) return true;
        }

        return false;
    }

    private int Agreeing(Func<ConsensusRecord, bool> agrees)
    {
        var count = 0;
        foreach (var record in Voting())
        {
            if (agrees(record)) count++;
        }

        return count;
    }

    private IEnumerable<ConsensusRecord> Voting()
    {
        foreach (var voter in view.Voters)
        {
            var record = voter == self ? Own : view.ConsensusRecordOf(voter);
            if (record is not null && record.BootstrapId == view.BootstrapId && record.Slot == view.Slot && !view.IsEnded(voter)) yield return record;
        }
    }

    private IEnumerable<ConsensusRecord> AtThisSlot()
    {
        yield return Own;
        // Only those who vote on a number propose for it.
        foreach (var id in view.Voters)
        {
            if (id != self && view.ConsensusRecordOf(id) is { } record && record.BootstrapId == view.BootstrapId && record.Slot == view.Slot) yield return record;
        }
    }
}
