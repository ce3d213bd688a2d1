namespace PeerReplica.Escrow;

/// <summary>
/// What the voters' own records show of a ballot, where some of them may lie (Lamport, "Byzantizing Paxos by refinement", 2011). A
/// record counts for its own voter only. A voter that wrote what was decided counts as one that accepted that, whatever the ballot.
/// <list type="number">
/// <item>A value is safe under a ballot if a quorum promised the ballot, none of them has accepted anything above some lower ballot or
/// another value under it, and more voters than may lie echoed the value under that lower ballot or a higher one.</item>
/// <item>Any value is, if a quorum promised the ballot and none of them has accepted anything.</item>
/// <item>A voter echoes one value under a ballot, and only what is safe; it accepts what a quorum echoed.</item>
/// </list>
/// So no two values are accepted under one ballot by honest voters, whatever the proposer says to whom, and once a quorum accepted a value
/// no other one is safe under a higher ballot. False records are outvoted: they decide nothing, and keep nobody from deciding while a
/// quorum of honest voters can be reached.
/// </summary>
internal sealed class BallotEvidence(EscrowView view, ReplicaId self)
{
    /// <summary>How many voters echoed a value under a ballot.</summary>
    public int Echoes(ConsensusRecord own, Ballot ballot, Decision value)
    {
        var count = 0;
        var digest = DecisionDigest.Of(value);
        foreach (var voice in Voices(own))
        {
            if (voice.Says(value) || Array.IndexOf(voice.Record.Echoes, new Echo(ballot, digest)) >= 0) count++;
        }

        return count;
    }

    /// <summary>How many voters accepted a value under a ballot.</summary>
    public int Accepts(ConsensusRecord own, Ballot ballot, Decision value)
    {
        var count = 0;
        foreach (var voice in Voices(own))
        {
            if (voice.Says(value) || (voice.Record.Accepted == ballot && voice.Accepted(value))) count++;
        }

        return count;
    }

    /// <summary>Whether a quorum promised a ballot, accepted nothing, and acknowledged nothing that a cut does not cover: then anything may be proposed with that cut.</summary>
    public bool IsFree(ConsensusRecord own, Ballot ballot, Mark[] cut)
    {
        var count = 0;
        foreach (var voice in Voices(own))
        {
            if (voice.Decided is null && voice.Record.Promised == ballot && voice.Record.Accepted == Ballot.None && Covers(cut, voice.Record.Acks)) count++;
        }

        return IsQuorum(count);
    }

    /// <summary>Whether a value that was accepted under a lower ballot, or is said to be decided, may be proposed under a ballot.</summary>
    public bool IsSafe(ConsensusRecord own, Ballot ballot, Decision value)
    {
        foreach (var voice in Voices(own))
        {
            if (voice.Says(value) && IsSafe(own, ballot, Ballot.None, value)) return true;
            if (voice.Record.Accepted != Ballot.None && voice.Record.Accepted < ballot && voice.Accepted(value) && IsSafe(own, ballot, voice.Record.Accepted, value)) return true;
        }

        return false;
    }

    /// <summary>A value that must be proposed under a ballot, since it may have been decided; null when there is none.</summary>
    public Decision? Bound(ConsensusRecord own, Ballot ballot)
    {
        foreach (var voice in Voices(own))
        {
            if ((voice.Decided ?? voice.Record.AcceptedValue) is { } value && IsSafe(own, ballot, value)) return value;
        }

        return null;
    }

    public bool IsQuorum(int count) => view.Quorum() is var quorum and > 0 && count >= quorum;

    private bool IsSafe(ConsensusRecord own, Ballot ballot, Ballot below, Decision value)
    {
        var (promised, support) = (0, 0);
        var digest = DecisionDigest.Of(value);
        foreach (var voice in Voices(own))
        {
            if (voice.Says(value))
            {
                promised++;
                support++;
                continue;
            }

            if (Array.Exists(voice.Record.Echoes, e => e.Value == digest && e.Ballot >= below)) support++;
            if (voice.Decided is not null || voice.Record.Promised != ballot || voice.Record.Accepted >= ballot) continue;
            if (voice.Record.Accepted < below || voice.Record.Accepted == Ballot.None || (voice.Record.Accepted == below && voice.Accepted(value))) promised++;
        }

        return IsQuorum(promised) && support > view.Liars;
    }

    /// <summary>Whether a cut covers what a voter acknowledged. What was removed since is contained here, and seen nowhere.</summary>
    private bool Covers(Mark[] cut, Mark[] acks)
    {
        foreach (var ack in acks)
        {
            var to = Mark.Find(cut, ack.Replica);
            if (to < ack.Sequence && view.ClosingOf(ack.Replica) is null && !(view.Contains(ack) && view.SinceOf(ack.Replica) <= to)) return false;
        }

        return true;
    }

    private IEnumerable<Voice> Voices(ConsensusRecord own)
    {
        foreach (var voter in view.Voters)
        {
            if (view.IsEnded(voter)) continue;
            var decided = view.SaidBy(view.Slot, voter);
            var record = voter == self ? own : view.ConsensusRecordOf(voter);
            var isHere = record is not null && record.BootstrapId == view.BootstrapId && record.Slot == view.Slot;
            if (decided is not null || isHere) yield return new Voice(isHere ? record! : s_elsewhere, decided);
        }
    }

    private static readonly ConsensusRecord s_elsewhere = new();

    private readonly record struct Voice(ConsensusRecord Record, Decision? Decided)
    {
        public bool Says(Decision value) => Decided is not null && DecisionDigest.Same(Decided, value);

        public bool Accepted(Decision value) => Record.AcceptedValue is { } accepted && DecisionDigest.Same(accepted, value);
    }
}
