using PeerReplica.Hosting;
using PeerReplica.Replication;

namespace PeerReplica.TestPeer;

/// <summary>Who decides on accounts, as one replica sees it. The public interface does not say.</summary>
internal static class Voters
{
    /// <summary>The voters' node names in order; those that are known to have ended are marked.</summary>
    public static string Of(IPeerReplica replica)
    {
        var names = new List<string>();
        Look(replica, core =>
        {
            foreach (var voter in core.Escrow.View.Voters)
                names.Add(core.Escrow.View.ConsensusRecordOf(voter)?.NodeName + (core.Escrow.View.IsEnded(voter) ? " (ended)" : ""));
        });
        return string.Join(',', names.Order(StringComparer.Ordinal));
    }

    /// <summary>Everything that explains why the escrow stands where it does, in one line.</summary>
    public static string Explain(IPeerReplica replica)
    {
        var words = new List<string>();
        Look(replica, core =>
        {
            var view = core.Escrow.View;
            words.Add($"self {core.Self.ToShortString()} slot {view.Slot} quorum {view.Quorum()} voters [{string.Join(' ', view.Voters.Select(v => v.ToShortString()))}] cut {view.ContainsCut()}");
            foreach (var (id, record) in view.ConsensusRecords)
            {
                words.Add($"consensus {id.ToShortString()} {record.NodeName} slot {record.Slot} promised {record.Promised} accepted {record.Accepted} {record.AcceptedValue is not null} "
                    + $"prepared {record.Prepared} proposed {record.Proposed} acks [{string.Join(' ', record.Acks.Select(a => $"{a.Replica.ToShortString()}:{a.Sequence}"))}] "
                    + $"ended {record.Ended.Length} closings {record.Closings.Length} member {view.IsMember(id)} closed {view.ClosingOf(id) is not null}");
            }

            foreach (var (name, accounts) in view.Accounts)
            {
                foreach (var (id, account) in accounts)
                {
                    words.Add($"account {id.ToShortString()} net {account.Down.Net} limit {account.Down.Limit}@{account.Down.LimitSince} rights {core.Escrow.Ledger.Rights(name, id, up: false)} "
                        + $"acked {view.AckedOf(id)} stock {account.Stock} want {account.Want} transfers [{string.Join(' ', account.Down.Transfers.Select(g => $"{g.To.ToShortString()}:{g.Amount}@{g.Since}"))}]");
                }
            }

            foreach (var link in core.Links) words.Add($"link {link.Peer?.Id.ToShortString()} open {link.IsOpen}");
        });
        return string.Join(" | ", words);
    }

    private static void Look(IPeerReplica replica, Action<ReplicaCore> look) => ((PeerReplicaNode)replica).Host.Locked((core, _) => look(core), drain: false);
}
