using System.Globalization;
using PeerReplica.Escrow;
using PeerReplica.Testing;

namespace PeerReplica.Simulation;

/// <summary>What a replica knows of the escrow, as text for whoever looks for a fault.</summary>
internal static class EscrowDescription
{
    public static string Of(SimulatedReplica replica)
    {
        if (replica.Run is not { } run) return $"\n{replica.NodeName} is not running";
        var engine = run.Node.Host.Core.Escrow;
        var view = engine.View;
        var lines = new List<string>
        {
            $"\n{replica.NodeName} {run.Id.ToShortString()} slot {view.Slot} quorum {view.Quorum()} voters {Ids(view.Voters)} contains cut {view.ContainsCut()} business {engine.HasUnfinishedBusiness}",
        };
        foreach (var (id, r) in view.ConsensusRecords)
        {
            lines.Add($"  consensus {id.ToShortString()} {r.NodeName} slot {r.Slot} ready {Ids(r.Ready)} bootstrap vote {Ids(r.BootstrapVote)} prepared {Text(r.Prepared)} promised {Text(r.Promised)} accepted {Text(r.Accepted)} proposed {Text(r.Proposed)}"
                + $" acks {string.Join(' ', r.Acks.Select(a => $"{a.Replica.ToShortString()}:{a.Sequence}"))} ended {Ids(r.Ended)} closings {Ids(r.Closings)} leaving {r.IsLeaving} closed {view.ClosingOf(id) is not null}");
        }

        foreach (var (name, accounts) in view.Accounts)
        {
            foreach (var (id, a) in accounts)
            {
                var closing = view.ClosingOf(id);
                lines.Add($"  {name.Name} {id.ToShortString()} in {engine.Ledger.Inflow(name, id, false)} acked {view.AckedOf(id)} {Side(a.Down)} stock {a.Stock} want {a.Want} final {a.IsFinal}"
                    + (closing is null ? "" : $" successor {closing.Successor.ToShortString()} limit {closing.Find(name).Down.Limit} granted {closing.Find(name).Down.Granted}"));
            }
        }

        return string.Join('\n', lines);
    }

    private static string Side(AccountSide side) =>
        $"net {side.Net} limit {side.Limit}@{side.LimitSince} granted {side.Granted}@{side.GrantedSince} transfers {string.Join(' ', side.Transfers.Select(g => $"{g.To.ToShortString()}:{g.Amount}@{g.Since}"))}";

    private static string Ids(ReplicaId[] ids) => $"[{string.Join(' ', ids.Select(i => i.ToShortString()))}]";

    private static string Text(Ballot ballot) => string.Create(CultureInfo.InvariantCulture, $"{ballot.Round}.{ballot.Proposer.ToShortString()[..4]}");
}
