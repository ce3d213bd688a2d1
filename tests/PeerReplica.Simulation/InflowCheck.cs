using PeerReplica.Escrow;
using PeerReplica.Testing;

namespace PeerReplica.Simulation;

/// <summary>
/// What came into an open account only grows in its owner's view: the owner may have spent it by the next look. Others may see
/// more for a while, until they hear what a successor decided about the holds of a closed account.
/// </summary>
internal sealed class InflowCheck
{
    private static readonly EscrowName s_name = new(Crdts.ObjectKind.BoundedCounter, "tickets");
    private readonly Dictionary<(ReplicaId BootstrapId, ReplicaId Account, bool Up), long> _before = [];

    /// <summary>What is wrong; null when nothing is.</summary>
    public string? Find(IEnumerable<SimulatedRun> running)
    {
        foreach (var run in running)
        {
            var escrow = run.Node.Host.Core.Escrow;
            if (!escrow.View.IsMember(run.Id)) continue;
            if ((Find(run.Id, escrow, up: false) ?? Find(run.Id, escrow, up: true)) is { } wrong) return wrong;
        }

        return null;
    }

    private string? Find(ReplicaId account, EscrowEngine escrow, bool up)
    {
        var key = (escrow.View.BootstrapId, account, up);
        var (inflow, before) = (escrow.Ledger.Inflow(s_name, account, up), _before.GetValueOrDefault(key));
        _before[key] = inflow;
        return inflow >= before ? null : $"the inflow of {account.ToShortString()} fell from {before} to {inflow} ({(up ? "up" : "down")})";
    }
}
