using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Replication;
using PeerReplica.Testing;
using PeerReplica.Wire;

namespace PeerReplica.Simulation;

/// <summary>
/// What it says as a voter. A lie stands in a change of its own that each listener gets in another form, so that no two need hear the same; its own replica has an
/// honest change there.
/// </summary>
internal sealed partial class Liar
{
    /// <summary>Tells one lie about votes and decisions, if somebody is there to hear it.</summary>
    public void Vote()
    {
        var honest = cluster.Running.Where(r => r != Run && r.Node.Host.IsStarted).ToArray();
        if (honest.Length < 2 || !Run.Node.Host.IsStarted) return;
        var listener = honest[random.Next(honest.Length)];
        var other = honest.Where(r => r != listener).ElementAt(random.Next(honest.Length - 1));
        var lie = (Lie)random.Next((int)Lie.FalseDecision, (int)Lie.UnaskedClosing + 1);
        if (IsVoteTold(lie, listener, other)) Told.Add(lie, listener);
    }

    private bool IsVoteTold(Lie lie, SimulatedRun listener, SimulatedRun other) => lie switch
    {
        Lie.FalseDecision => Split(listener, ForgedTransfer.Decisions, run => KeyOf(ViewOf(run)), run => EscrowCodec.Encode(ClosingOf(run, other)).Written.ToArray()),
        Lie.FalseProposal => SplitVote(listener, (run, said, ballot) => said with { Promised = ballot, Prepared = ballot, Proposed = ballot, ProposedValue = ClosingOf(run, other) }),
        Lie.TwoProposals => SplitVote(listener, (run, said, ballot) => said with { Promised = ballot, Prepared = ballot, Proposed = ballot, ProposedValue = NothingOf(run) }),
        Lie.FalseAcceptance => SplitVote(listener, (run, said, _) => said with
        {
            Promised = HighestOf(run),
            Accepted = HighestOf(run),
            AcceptedValue = ClosingOf(run, other),
            Echoes = [new Echo(HighestOf(run), DecisionDigest.Of(ClosingOf(run, other)))],
        }),
        Lie.VoteForAll => SplitVote(listener, (run, said, _) => run.Node.Host.Core.Escrow.AccountConsensus.Own is { ProposedValue: { } value } own
            ? said with { Promised = own.Proposed, Accepted = own.Proposed, AcceptedValue = value, Echoes = [new Echo(own.Proposed, DecisionDigest.Of(value))] } : said),
        _ => Say(listener, r => r with { Closings = [.. r.Closings.Where(c => c != other.Id), other.Id] }),
    };

    private static EscrowView ViewOf(SimulatedRun run) => run.Node.Host.Core.Escrow.View;

    private static byte[] KeyOf(EscrowView view) => ForgedTransfer.Written(f =>
    {
        var output = new MessagePackWriter(f);
        output.WriteArrayHeader(2);
        output.WriteReplicaId(view.BootstrapId);
        output.WriteUInt(view.Slot);
        output.Flush();
    });

    /// <summary>That the account of a replica that is alive ends, and falls to the liar.</summary>
    private Decision ClosingOf(SimulatedRun listener, SimulatedRun other) => NothingOf(listener) with
    {
        Voters = [.. ViewOf(listener).Voters.Where(v => v != other.Id)],
        Closings = [new Closing(other.Id, Run.Id, [])],
    };

    private static Decision NothingOf(SimulatedRun listener)
    {
        var view = ViewOf(listener);
        return new Decision
        {
            BootstrapId = view.BootstrapId,
            Voters = view.Voters,
            Cut = [.. view.Participants.Where(p => view.SinceOf(p) > 0).Select(p => new Mark(p, view.SinceOf(p)))],
        };
    }

    private static Ballot HighestOf(SimulatedRun run) => run.Node.Host.Core.Escrow.AccountConsensus.Own.Promised is var promised && promised > Ballot.None ? promised : new Ballot(1, run.Id);

    private bool SplitVote(SimulatedRun listener, Func<SimulatedRun, ConsensusRecord, Ballot, ConsensusRecord> vote)
    {
        var round = 1 + cluster.Running.Max(r => r.Node.Host.Core.Escrow.AccountConsensus.Own.Promised.Round);
        return Split(listener, ForgedTransfer.Consensus, static _ => ForgedTransfer.Nil, run => Encode(vote(run, SaidTo(run), new Ballot(round, Run.Id))));
    }

    /// <summary>What it said last to a listener, so that it does not contradict itself there without need.</summary>
    private ConsensusRecord SaidTo(SimulatedRun run)
    {
        var view = ViewOf(run);
        var said = view.ConsensusRecordOf(Run.Id) ?? Core.Escrow.AccountConsensus.Own;
        return said.Slot == view.Slot ? said : said with
        {
            Slot = view.Slot,
            Promised = default,
            Accepted = default,
            AcceptedValue = null,
            Prepared = default,
            Proposed = default,
            ProposedValue = null,
            Echoes = [],
        };
    }

    /// <summary>Its next change, in another form for each listener that has all those before it.</summary>
    private bool Split(SimulatedRun listener, ObjectIdentity identity, Func<SimulatedRun, byte[]> key, Func<SimulatedRun, byte[]> payload)
    {
        var at = StoreOf(Run).Vector[OriginTable.Self];
        var isTold = false;
        var isTaken = false;
        foreach (var run in cluster.Running.Where(r => r != Run && r.Node.Host.IsStarted).ToArray())
        {
            if (ContainedOf(run, Run) != at || !ViewOf(run).IsFormed || !run.Node.Host.Core.IsSynced) continue;
            if (!Transfer(run, new ForgedTransfer().Add(Run.Id, at, at + 1, identity, key(run), payload(run)))) continue;
            isTaken = true;
            isTold |= run == listener;
        }

        if (!isTaken) return false;
        var entry = (OpaqueEntry)Core.Store.ObjectOf(ForgedTransfer.Consensus).EntryOf(ForgedTransfer.Nil);
        entry.PendingWrite = new DetachedRecord { Payload = Encode(Core.Escrow.AccountConsensus.Own), Stamp = Core.Store.MaxStamp.Next };
        Core.Store.Publish(entry);
        return isTold;
    }
}
