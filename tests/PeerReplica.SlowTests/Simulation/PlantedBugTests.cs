using PeerReplica.Simulation;
using PeerReplica.Testing;

namespace PeerReplica.SlowTests.Simulation;

public sealed class PlantedBugTests
{
    private const ulong Seeds = 200;

    public static TheoryData<string> Bugs => [.. Enum.GetNames<PlantedBug>().Where(n => n != nameof(PlantedBug.None))];

    /// <summary>Those of the escrow, with a number of seeds that is far more than it takes.</summary>
    private static readonly Dictionary<PlantedBug, ulong> s_ofTickets = new()
    {
        [PlantedBug.TrustGifts] = 600,
        [PlantedBug.FormAlone] = 200,
        [PlantedBug.CloseWithoutFence] = 600,
        [PlantedBug.ConfirmTwice] = 200,
        [PlantedBug.ConfirmAnywhere] = 200,
    };

    [Theory]
    [MemberData(nameof(Bugs))]
    public void The_simulator_finds_a_planted_bug(string bug)
    {
        var planted = Enum.Parse<PlantedBug>(bug);
        var isOfTickets = s_ofTickets.TryGetValue(planted, out var seeds);
        for (var seed = 1UL; seed <= (isOfTickets ? seeds : Seeds); seed++)
        {
            try
            {
                if (isOfTickets) new TicketScenario(seed, planted).Run();
                else new Scenario(seed, planted).Run();
            }
            catch (SimulationException)
            {
                return;
            }
        }

        Assert.Fail($"{bug} was not found in {(isOfTickets ? seeds : Seeds)} seeds");
    }

    [Fact]
    public void Without_a_planted_bug_the_same_seeds_hold()
    {
        for (var seed = 1UL; seed <= 25; seed++)
        {
            new Scenario(seed).Run();
            new TicketScenario(seed).Run();
        }
    }
}
