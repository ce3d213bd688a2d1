using PeerReplica.Escrow;
using PeerReplica.Testing;

namespace PeerReplica.Simulation;

/// <summary>
/// What came into an open account only grows, in every view: an owner may have spent it by the next look. What a view has counted
/// of gifts to an account must therefore stand in that account's closing.
/// </summary>
internal sealed class InflowCheck
{
    private static readonly EscrowName s_name = new(Crdts.ObjectKind.BoundedCounter, "tickets");
    private readonly Dictionary<(ReplicaId Viewer, ReplicaId Formation, ReplicaId Account, bool Up), long> _before = [];

    /// <summary>What is wrong; null when nothing is.</summary>
    public string? Find(IEnumerable<SimulatedRun> running)
    {
        foreach (var run in running)
        {
            var escrow = run.Node.Host.Core.Escrow;
            foreach (var account in escrow.View.OpenAccountsOf(s_name).ToArray())
            {
                if (!escrow.View.IsMember(account)) continue;
                if ((Find(run.Id, escrow, account, up: false) ?? Find(run.Id, escrow, account, up: true)) is { } wrong) return wrong;
            }
        }

        return null;
    }

    private string? Find(ReplicaId viewer, EscrowEngine escrow, ReplicaId account, bool up)
    {
        var key = (viewer, escrow.View.Formation, account, up);
        var (inflow, before) = (escrow.Ledger.Inflow(s_name, account, up), _before.GetValueOrDefault(key));
        _before[key] = inflow;
        return inflow >= before ? null : $"at {viewer.ToShortString()} the inflow of {account.ToShortString()} fell from {before} to {inflow} ({(up ? "up" : "down")})";
    }
}
