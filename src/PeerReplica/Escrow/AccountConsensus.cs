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

    /// <summary>Far more values than honest voters ever propose for one number.</summary>
    public const int MaxEchoes = 16;

    /// <summary>A ballot further ahead than so many rounds is passed over: whoever makes it up would leave no higher one to others.</summary>
    private const ulong MaxLeap = 1UL << 20;

    /// <summary>After so many turns an attempt that not enough voters found right is given up for another one.</summary>
    private const int MaxTurns = 4;

    private readonly ConsensusAgenda _agenda = new(view, self);
    private readonly BallotEvidence _evidence = new(view, self);
    private int _turns;
    private ConsensusInputs? _turn;

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
            if (view.Liars == 0)
            {
                Accept();
            }
            else
            {
                Echo(inputs);
                AcceptEchoed();
            }
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
        Echoes = [],
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
        view.BootstrapVoters = VotersOf(Own.BootstrapVote);
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
        foreach (var (id, record) in AtThisSlot())
        {
            if (record.Prepared > Own.Promised && IsPlausible(id, record.Prepared)) Own = Own with { Promised = record.Prepared };
        }
    }

    /// <summary>Where votes are checked: whether a ballot is its proposer's, and not out of all proportion.</summary>
    private bool IsPlausible(ReplicaId proposer, Ballot ballot) =>
        view.Liars == 0 || (ballot.Proposer == proposer && ballot.Round <= Own.Promised.Round + MaxLeap);

    /// <summary>Says of what is proposed that it may be accepted: as it follows from what voters say, or as enough of them say.</summary>
    private void Echo(ConsensusInputs inputs)
    {
        foreach (var (id, record) in AtThisSlot())
        {
            if (record.ProposedValue is not { } value || Own.Promised > record.Proposed || !IsPlausible(id, record.Proposed) || !view.Contains(value.Cut)) continue;
            if (Own.Echoes.Length > 0 && Own.Echoes[^1].Ballot >= record.Proposed) continue;
            var digest = DecisionDigest.Of(value);
            var others = Own.Echoes.Where(e => e.Value != digest).ToArray();
            if (others.Length >= MaxEchoes || !MayEcho(record.Proposed, value, inputs)) continue;
            Own = Own with { Promised = record.Proposed, Echoes = [.. others, new Echo(record.Proposed, digest)] };
        }
    }

    private bool MayEcho(Ballot ballot, Decision value, ConsensusInputs inputs)
    {
        if (_evidence.Echoes(Own, ballot, value) > view.Liars || _evidence.IsSafe(Own, ballot, value)) return true;
        return _evidence.IsFree(Own, ballot, value.Cut) && new ProposalCheck(view, _agenda, self).IsValid(value, Own, inputs);
    }

    /// <summary>Accepts what a quorum echoed: no other value can have been, whatever the proposer says to whom.</summary>
    private void AcceptEchoed()
    {
        foreach (var (_, record) in AtThisSlot())
        {
            AcceptEchoed(record.Proposed, record.ProposedValue);
            AcceptEchoed(record.Accepted, record.AcceptedValue);
        }
    }

    private void AcceptEchoed(Ballot ballot, Decision? value)
    {
        if (value is null || ballot < Own.Promised || ballot <= Own.Accepted || !view.Contains(value.Cut)) return;
        if (_evidence.IsQuorum(_evidence.Echoes(Own, ballot, value))) Own = Own with { Promised = ballot, Accepted = ballot, AcceptedValue = value };
    }

    /// <summary>Only what is here: so what a decision builds on survives with those who accepted it.</summary>
    private void Accept()
    {
        foreach (var (_, record) in AtThisSlot())
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
        if (view.Liars > 0 && Own.AcceptedValue is { } accepted && _evidence.Accepts(Own, Own.Accepted, accepted) >= quorum)
        {
            Decided = accepted;
            return;
        }

        if (view.Liars == 0 && Own.ProposedValue is not null && Agreeing(r => r.Accepted == Own.Proposed) >= quorum)
        {
            Decided = Own.ProposedValue;
            return;
        }

        var isPromised = view.Liars > 0 || Agreeing(r => r.Promised == Own.Prepared) >= quorum;
        if (Own.Prepared != Ballot.None && Own.Proposed != Own.Prepared && isPromised)
        {
            var value = Choice(inputs);
            if (value is not null) Own = Own with { Proposed = Own.Prepared, ProposedValue = value };
            if (value is not null || view.Liars == 0) return;
        }

        if (!inputs.MayPropose || (IsUnderWay() && !IsOutbid(quorum) && !IsInVain(inputs)) || (!IsStuck() && _agenda.Next(Own, inputs) is null)) return;
        var round = 0UL;
        foreach (var (id, record) in AtThisSlot())
        {
            if (view.Liars == 0 || id == self || IsPlausible(id, record.Prepared)) round = Math.Max(round, Math.Max(view.Liars == 0 || id == self ? record.Promised.Round : 0, record.Prepared.Round));
        }

        Own = Own with { Prepared = new Ballot(round + 1, self) };
        if (view.Liars > 0) (_turns, _turn) = (0, inputs);
    }

    /// <summary>
    /// Where votes are checked: whether others have not found right for long what this replica proposed. They may have learned meanwhile
    /// what it does not say.
    /// </summary>
    private bool IsInVain(ConsensusInputs inputs)
    {
        if (view.Liars == 0 || ReferenceEquals(_turn, inputs)) return false;
        _turn = inputs;
        return ++_turns >= MaxTurns;
    }

    /// <summary>What must be proposed where something may have been accepted already, else what is wished for.</summary>
    private Decision? Choice(ConsensusInputs inputs)
    {
        if (view.Liars > 0)
        {
            var next = _evidence.Bound(Own, Own.Prepared);
            if (next is not null) return next;
            next = _agenda.Next(Own, inputs) ?? _agenda.Nothing();
            return _evidence.IsFree(Own, Own.Prepared, next.Cut) ? next : null;
        }

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
        // Of liars' word alone nothing is decided that nobody asked for.
        return Agreeing(static r => r.Promised != Ballot.None) > view.Liars || (view.Liars > 0 && Own.Promised != Ballot.None);
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

    private IEnumerable<(ReplicaId Id, ConsensusRecord Record)> AtThisSlot()
    {
        yield return (self, Own);
        // Only those who vote on a number propose for it.
        foreach (var id in view.Voters)
        {
            if (id != self && view.ConsensusRecordOf(id) is { } record && record.BootstrapId == view.BootstrapId && record.Slot == view.Slot) yield return (id, record);
        }
    }
}
