using PeerReplica.Simulation;
using PeerReplica.Testing.Checking;

namespace PeerReplica.SlowTests.Simulation;

/// <summary>Seeds that hold mean something only if faults meet every phase of the protocol.</summary>
public sealed class FaultCoverageTests
{
    private const ProtocolPhase OfTicketsOnly = ProtocolPhase.Escrow | ProtocolPhase.Prepare | ProtocolPhase.Accept;

    /// <summary>An instance that never returns is lost between writes, as one is stopped: the one never happens during the other.</summary>
    [Fact]
    public void Every_fault_happens_in_every_phase_of_replicating_state() =>
        MustBeCovered(Run(1, 100, static seed => new Scenario(seed).Run()), static (kind, phase) => (phase & OfTicketsOnly) == 0 && (kind, phase) != (FaultKind.Loss, ProtocolPhase.Leave));

    /// <summary>An instance is lost for good only while all voters live, which is seldom in a brief phase; leaving is short where nobody stops often.</summary>
    [Fact]
    public void The_faults_of_the_network_and_of_processes_happen_in_every_phase_of_selling_tickets() =>
        MustBeCovered(Run(1, 100, static seed => new TicketScenario(seed).Run()), IsExpectedOfTickets);

    /// <summary>Ballots last for milliseconds: there the faults of the network are expected, which are frequent.</summary>
    private static bool IsExpectedOfTickets(FaultKind kind, ProtocolPhase phase) => phase switch
    {
        ProtocolPhase.Leave => false,
        ProtocolPhase.Prepare or ProtocolPhase.Accept => kind is FaultKind.Cut or FaultKind.LostFrame or FaultKind.DoubledFrame or FaultKind.Restart,
        _ => kind != FaultKind.Loss,
    };

    private static FaultCounts Run(ulong first, ulong last, Func<ulong, ScenarioResult> run)
    {
        var counts = new FaultCounts();
        for (var seed = first; seed <= last; seed++) counts.Add(run(seed).Faults);
        return counts;
    }

    private static void MustBeCovered(FaultCounts counts, Func<FaultKind, ProtocolPhase, bool> isExpected)
    {
        var missing = counts.Empty().Where(c => isExpected(c.Kind, c.Phase)).ToArray();
        Assert.True(missing.Length == 0, $"nothing happened in {string.Join(", ", missing)}:\n{counts}");
    }
}
