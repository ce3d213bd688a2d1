namespace PeerReplica.Tests.Escrow;

public sealed class CouncilTests
{
    private const int Seeds = 200;

    [Theory]
    [InlineData(3, true)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    [InlineData(5, false)]
    public void An_account_is_closed_whatever_is_acknowledged_meanwhile_and_all_that_was_counts(int voters, bool hasEnded)
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var run = new CouncilRun(seed, voters);
            Assert.True(run.CloseFirst(hasEnded), $"seed {seed}: never decided");
            Assert.True(run.CountsAllThatWasAcknowledged(), $"seed {seed}: acknowledged and not counted");
            Assert.Null(run.Fault);
        }
    }
}
