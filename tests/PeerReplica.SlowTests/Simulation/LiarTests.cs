using PeerReplica.Simulation;
using PeerReplica.Testing;

namespace PeerReplica.SlowTests.Simulation;

/// <summary>A replica with a valid identity that lies: honest ones believe nothing of each other that is not so, and sell on without it.</summary>
public sealed class LiarTests
{
    private const ulong Seeds = 60;

    /// <summary>Each check that is left out, and a number of seeds that is far more than it takes to find that.</summary>
    public static TheoryData<string> Checks =>
    [
        "BelieveRelayedAccounts", "BelieveRelayedChanges", "RepairOthersAccounts", "SweepAccounts", "BelieveEnds", "NameInventedVoters", "RemoveInAdvance",
        "WriteOthersEntries", "PoseAsAnother", "BlameForRows",
        "BelieveDecisions", "EchoAnything", "BelieveOneAcceptance", "CloseWhomOneNames",
        "WriteOthersEntries", "PoseAsAnother", "BlameForRows", "BelieveUnproven", "BelieveAnyKey", "BelieveAnyContent",
    ];

    [Fact]
    public void Honest_replicas_believe_nothing_and_sell_everything_without_the_liar_and_every_lie_is_told()
    {
        var told = new LieCounts();
        for (var seed = 1UL; seed <= Seeds; seed++)
        {
            var scenario = new LiarScenario(seed);
            scenario.Run();
            told.Add(scenario.Told);
        }

        Assert.Empty(told.Untold());
    }

    [Theory]
    [MemberData(nameof(Checks))]
    public void Each_check_that_is_left_out_is_found(string plant) =>
        Assert.True(new PlantedLibrary(plant).Call(FirstFailure) is string, $"{plant} was not found in {Seeds} seeds");

    private static string? FirstFailure()
    {
        for (var seed = 1UL; seed <= Seeds; seed++)
        {
            try
            {
                new LiarScenario(seed).Run();
            }
            catch (SimulationException e)
            {
                return e.Message;
            }
        }

        return null;
    }
}
