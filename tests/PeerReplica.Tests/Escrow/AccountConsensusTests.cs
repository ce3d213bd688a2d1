namespace PeerReplica.Tests.Escrow;

public sealed class AccountConsensusTests
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
            var run = new ConsensusRun(seed, voters);
            Assert.True(run.CloseFirst(hasEnded), $"seed {seed}: never decided");
            Assert.True(run.CountsAllThatWasAcknowledged(), $"seed {seed}: acknowledged and not counted");
            Assert.Null(run.Fault);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Voters_that_end_while_ballots_are_under_way_neither_decide_nor_prevent_a_decision(int voters)
    {
        for (var seed = 0; seed < Seeds / 4; seed++)
        {
            var run = new ConsensusRun(seed, voters);
            Assert.True(run.CloseWhileVotersEnd(), $"seed {seed}: never decided");
            Assert.Null(run.Fault);
        }
    }
}
