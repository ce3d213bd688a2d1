namespace PeerReplica.Escrow;

/// <summary>
/// One replica's part in deciding what must be decided once: who forms the cluster, what is minted, whose account is closed. Paxos (Lamport, 2001), one instance
/// for each numbered decision, with the voters of each named by the one before it. Its messages are the replicas' latest records, replicated
/// like any state: what is lost comes again, what comes late is old.
/// <list type="number">
/// <item>A voter that promised a ballot accepts no lower one, and acknowledges nothing until the decision is known.</item>
/// <item>A decision is first proposed once a quorum has promised, and its cut covers all that they have acknowledged.</item>
/// <item>A voter takes part only once it contains the last decision's cut.</item>
/// </list>
/// Whatever a quorum acknowledges, one of those that promised did before it promised. Hence what was acknowledged before an account's closing is counted in that
/// closing, and nothing after it ever is. That some voter alone acknowledged more is no reason to refuse: what was accepted anywhere must stay acceptable everywhere.
/// </summary>
internal sealed class Council(EscrowView view, ReplicaId self, PlantedBug planted)
{
    /// <summary>Voters beyond these would make each acknowledgement dearer and no loss likelier to be survived in practice.</summary>
    public const int MaxVoters = 7;

    private readonly CouncilAgenda _agenda = new(view, self, planted);

    public CouncilRecord Own { get; private set; } = new();

    /// <summary>Whether <see cref="Own"/> says more than what the view has of this replica.</summary>
    public bool IsUnpublished => view.CouncilOf(self) != Own;

    /// <summary>The decision that the last step found decided, for all to learn; null when there is none.</summary>
    public Decision? Decided { get; private set; }

    public bool IsVoter => view.IsFormed && Array.IndexOf(view.Voters, self) >= 0;

    /// <summary>Whether there is something to decide, or to bring to its end, whoever's turn it is.</summary>
    public bool HasUnfinishedBusiness(CouncilInputs inputs) => IsVoter && view.Quorum() > 0 && (IsStuck() || _agenda.Next(Own, inputs) is not null);

    public Council Copy(EscrowView copied) => new(copied, self, planted) { Own = Own };

    /// <summary>Says something about itself.</summary>
    public void Tell(Func<CouncilRecord, CouncilRecord> change) => Own = change(Own);

    /// <summary>Does what the view permits. Returns whether <see cref="Own"/> changed or something was decided; then learn and publish that, and step again.</summary>
    public bool Step(CouncilInputs inputs)
    {
        var before = Own;
        Decided = null;
        if (!view.IsFormed)
        {
            Form(inputs.Ready);
            return Own != before || Decided is not null;
        }

        if (Own.Formation != view.Formation || Own.Slot != view.Slot) Own = Turned(Own);
        if (IsVoter && view.ContainsCut())
        {
            Promise();
            Accept();
            if (Own.Promised == Ballot.None) Acknowledge();
        }

        if (IsVoter) Propose(inputs);
        return Own != before || Decided is not null;
    }

    private CouncilRecord Turned(CouncilRecord own) => own with
    {
        Formation = view.Formation,
        Slot = view.Slot,
        Promised = Ballot.None,
        Accepted = Ballot.None,
        AcceptedValue = null,
        Prepared = Ballot.None,
        Proposed = Ballot.None,
        ProposedValue = null,
        Ready = [],
        Mints = [.. own.Mints.Where(m => view.MintOf(m.Object) is null)],
        Closings = [.. own.Closings.Where(c => view.ClosingOf(c) is null)],
    };

    /// <summary>
    /// First everyone says with whom it is ready to form, then, having heard the same from all of them, binds itself; when all are bound the cluster is formed.
    /// </summary>
    private void Form(ReplicaId[] ready)
    {
        if (!Own.Ready.AsSpan().SequenceEqual(ready)) Own = Own with { Ready = ready };
        if (ready.Length > 0 && !Own.Pledge.AsSpan().SequenceEqual(ready) && MayPledge(ready) && AllSay(ready, static r => r.Ready))
            Own = Own with { Pledge = ready };
        var isBound = Own.Pledge.Length > 0 && ((planted & PlantedBug.FormAlone) != 0 || AllSay(Own.Pledge, static r => r.Pledge));
        if (isBound) Decided = new Decision { Formation = FormationOf(Own.Pledge), Voters = Own.Pledge };
    }

    /// <summary>
    /// Another pledge is given up only for one that all who are left of the first are to join, and while fewer of the first than a majority have ended: then
    /// nothing can have been decided under the first that none of them knows.
    /// </summary>
    private bool MayPledge(ReplicaId[] ready)
    {
        if (Own.Pledge.Length == 0) return true;
        var ended = 0;
        foreach (var id in Own.Pledge)
        {
            if (view.IsEnded(id)) ended++;
            else if (Array.IndexOf(ready, id) < 0) return false;
        }

        return ended > 0 && ended < (Own.Pledge.Length / 2) + 1;
    }

    private bool AllSay(ReplicaId[] ids, Func<CouncilRecord, ReplicaId[]> said)
    {
        foreach (var id in ids)
        {
            var record = id == self ? Own : view.CouncilOf(id);
            if (record is null || !said(record).AsSpan().SequenceEqual(ids)) return false;
        }

        return true;
    }

    /// <summary>Follows from all the ids, so that no two formings share one.</summary>
    private static ReplicaId FormationOf(ReplicaId[] ids)
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

    private void Accept()
    {
        foreach (var record in AtThisSlot())
        {
            if (record.ProposedValue is not { } value || record.Proposed < Own.Promised || record.Proposed <= Own.Accepted) continue;
            Own = Own with { Promised = record.Proposed, Accepted = record.Proposed, AcceptedValue = value };
        }
    }

    private void Acknowledge()
    {
        var acks = new List<Mark>();
        var isNew = false;
        foreach (var id in view.Council.Keys)
        {
            if (!view.IsMember(id) || view.SinceOf(id) == 0) continue;
            var since = view.SinceOf(id);
            acks.Add(new Mark(id, since));
            isNew |= Own.AckOf(id) != since;
        }

        if (isNew || acks.Count != Own.Acks.Length) Own = Own with { Acks = [.. acks] };
    }

    private void Propose(CouncilInputs inputs)
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

    /// <summary>
    /// What must be proposed where something may have been accepted already, else what is wished for, or nothing new, so that acknowledging goes on. Null while
    /// something that was acknowledged is not here.
    /// </summary>
    private Decision? Choice(CouncilInputs inputs)
    {
        CouncilRecord? latest = null;
        var isContained = view.ContainsCut();
        foreach (var record in Voting())
        {
            if (record.Promised != Own.Prepared) continue;
            isContained &= IsContained(record);
            if (record.AcceptedValue is not null && (latest is null || record.Accepted > latest.Accepted)) latest = record;
        }

        if (latest is not null) return latest.AcceptedValue;
        return isContained ? _agenda.Next(Own, inputs) ?? _agenda.Nothing() : null;
    }

    /// <summary>Whether an attempt of this replica's is still to be answered.</summary>
    private bool IsUnderWay() => Own.Prepared != Ballot.None && Own.Prepared >= Own.Promised;

    /// <summary>Whether too few can still agree to the attempt under way: others are promised to a higher ballot. Who has yet to learn of the last decision may agree.</summary>
    private bool IsOutbid(int quorum) => view.Voters.Count(v => !view.IsEnded(v)) - Agreeing(r => r.Promised > Own.Prepared) < quorum;

    /// <summary>Whether all that a voter has acknowledged is here, so that the cut of a decision proposed here covers it.</summary>
    private bool IsContained(CouncilRecord record)
    {
        foreach (var ack in record.Acks)
        {
            if (view.ClosingOf(ack.Replica) is null && view.SinceOf(ack.Replica) < ack.Sequence) return false;
        }

        return true;
    }

    /// <summary>Whether a voter promised something that may never have come to be decided: it acknowledges nothing until it is.</summary>
    private bool IsStuck()
    {
        foreach (var record in Voting())
        {
            if (record.Promised != Ballot.None) return true;
        }

        return false;
    }

    private int Agreeing(Func<CouncilRecord, bool> agrees)
    {
        var count = 0;
        foreach (var record in Voting())
        {
            if (agrees(record)) count++;
        }

        return count;
    }

    private IEnumerable<CouncilRecord> Voting()
    {
        foreach (var voter in view.Voters)
        {
            var record = voter == self ? Own : view.CouncilOf(voter);
            if (record is not null && record.Formation == view.Formation && record.Slot == view.Slot && !view.IsEnded(voter)) yield return record;
        }
    }

    private IEnumerable<CouncilRecord> AtThisSlot()
    {
        yield return Own;
        foreach (var (id, record) in view.Council)
        {
            if (id != self && record.Formation == view.Formation && record.Slot == view.Slot) yield return record;
        }
    }
}
