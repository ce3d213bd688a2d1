using PeerReplica.Simulation;
using PeerReplica.Testing;

namespace PeerReplica.Tests.Simulation;

public sealed class PlantedBugTests
{
    private const ulong Seeds = 200;

    public static TheoryData<string> Bugs => [.. Enum.GetNames<PlantedBug>().Where(n => n != nameof(PlantedBug.None))];

    [Theory]
    [MemberData(nameof(Bugs))]
    public void The_simulator_finds_a_planted_bug(string bug)
    {
        var planted = Enum.Parse<PlantedBug>(bug);
        for (var seed = 1UL; seed <= Seeds; seed++)
        {
            try
            {
                new Scenario(seed, planted).Run();
            }
            catch (SimulationException)
            {
                return;
            }
        }

        Assert.Fail($"{bug} was not found in {Seeds} seeds");
    }

    [Fact]
    public void Without_a_planted_bug_the_same_seeds_hold()
    {
        for (var seed = 1UL; seed <= 25; seed++) new Scenario(seed).Run();
    }
}
