namespace PeerReplica.Tests.Escrow;

/// <summary>What fewer than a third of the voters can do that say whatever they like.</summary>
public sealed class LyingVoterTests
{
    private const int Seeds = 60;

    [Theory]
    [InlineData(4, 0)]
    [InlineData(4, 1)]
    [InlineData(5, 1)]
    [InlineData(6, 1)]
    [InlineData(7, 1)]
    [InlineData(7, 2)]
    public void Honest_voters_decide_the_same_and_nothing_false_and_do_decide(int voters, int liars)
    {
        for (var seed = 0; seed < Seeds; seed++) Assert.Null(Named(seed, new LyingVoterRun(seed, voters, liars).Run()));
    }

    private static string? Named(int seed, string? fault) => fault is null ? null : $"seed {seed}: {fault}";
}
