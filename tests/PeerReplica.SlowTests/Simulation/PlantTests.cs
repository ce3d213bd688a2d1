using PeerReplica.Plants;
using PeerReplica.Simulation;
using PeerReplica.Testing;

namespace PeerReplica.SlowTests.Simulation;

/// <summary>The simulator finds each planted bug, and finds nothing where none is planted.</summary>
public sealed class PlantTests
{
    /// <summary>The plants that simulation ranges find: the scenario, and a number of seeds that is far more than it takes.</summary>
    private static readonly Dictionary<string, (bool IsOfTickets, ulong Seeds)> s_ranges = new()
    {
        ["ApplyOverGap"] = (false, 200),
        ["AbsenceIsRemoval"] = (false, 200),
        ["CollectBeforeStable"] = (false, 200),
        ["ReuseDotsAfterRestart"] = (false, 200),
        ["RelayClaimsUnsent"] = (false, 200),
        ["TieByArrival"] = (false, 200),
        ["AddContribution"] = (false, 200),
        ["AcknowledgeBeforeApply"] = (false, 200),
        ["ApplyBeforePending"] = (false, 200),
        ["StableOverLinks"] = (false, 200),
        ["TrustTransfers"] = (true, 600),
        ["FormAlone"] = (true, 200),
        ["CloseWithoutFence"] = (true, 600),
        ["LendHeldReturns"] = (true, 600),
        ["ForgetReceipts"] = (true, 600),
        ["ConfirmTwice"] = (true, 200),
        ["ConfirmAnywhere"] = (true, 200),
    };

    public static TheoryData<string> Ranges => [.. s_ranges.Keys];

    [Theory]
    [MemberData(nameof(Ranges))]
    public void The_simulator_finds_a_planted_bug(string plant)
    {
        var (isOfTickets, seeds) = s_ranges[plant];
        Assert.True(new PlantedLibrary(plant).Call(FirstFailure, isOfTickets, seeds) is string, $"{plant} was not found in {seeds} seeds");
    }

    [Fact]
    public void Without_a_planted_bug_the_same_seeds_hold()
    {
        Assert.Null(FirstFailure(false, 25));
        Assert.Null(FirstFailure(true, 25));
    }

    [Fact]
    public void The_library_with_plants_gives_the_same_transcripts_while_none_is_active()
    {
        var planted = new PlantedLibrary(null);
        for (var seed = 1UL; seed <= 5; seed++)
        {
            Assert.Equal(TranscriptOf(false, seed), planted.Call(TranscriptOf, false, seed));
            Assert.Equal(TranscriptOf(true, seed), planted.Call(TranscriptOf, true, seed));
        }
    }

    [Fact]
    public void The_assemblies_that_are_packed_contain_no_trace_of_plants()
    {
        string[] packed = [typeof(IPeerReplica).Assembly.Location, typeof(SimulatedCluster).Assembly.Location];
        foreach (var bytes in packed.Select(File.ReadAllBytes))
        {
            Assert.Equal(-1, bytes.AsSpan().IndexOf("Planted"u8));
            Assert.DoesNotContain(AllPlants.Names, name => bytes.AsSpan().IndexOf(System.Text.Encoding.Unicode.GetBytes(name)) >= 0);
        }
    }

    private static string? FirstFailure(bool isOfTickets, ulong seeds)
    {
        for (var seed = 1UL; seed <= seeds; seed++)
        {
            try
            {
                Run(isOfTickets, seed);
            }
            catch (SimulationException e)
            {
                return e.Message;
            }
        }

        return null;
    }

    private static string TranscriptOf(bool isOfTickets, ulong seed) => Run(isOfTickets, seed).TranscriptHash;

    private static ScenarioResult Run(bool isOfTickets, ulong seed) => isOfTickets ? new TicketScenario(seed).Run() : new Scenario(seed).Run();
}
