namespace PeerReplica.SlowTests.Plants;

/// <summary>Voters that propose against each other over delayed records, checked from outside by the rules of Paxos.</summary>
internal static class ConsensusLaws
{
    private const int Seeds = 400;

    public static string? VotersKeepToTheRulesOfPaxos()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            foreach (var voters in new[] { 3, 5 })
            {
                foreach (var hasEnded in new[] { true, false })
                {
                    if (Run(seed, voters, hasEnded) is { } fault) return $"seed {seed}, {voters} voters: {fault}";
                }
            }
        }

        return null;
    }

    /// <summary>
    /// Where fewer than a majority are left and may decide, only those count: two halves of four voters, each with one that has ended, would otherwise decide differently.
    /// </summary>
    public static string? AVoterThatHasEndedDecidesNothing()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            foreach (var voters in new[] { 2, 4, 6 })
            {
                if (Judge(new ConsensusRun(seed, voters), static run => run.CloseWhileVotersEnd()) is { } fault) return $"seed {seed}, {voters} voters: {fault}";
            }
        }

        return null;
    }

    private static string? Run(int seed, int voters, bool hasEnded) =>
        Judge(new ConsensusRun(seed, voters), run => run.CloseFirst(hasEnded), static run => run.CountsAllThatWasAcknowledged());

    private static string? Judge(ConsensusRun run, Func<ConsensusRun, bool> decides, Func<ConsensusRun, bool>? counts = null)
    {
        try
        {
            if (!decides(run)) return "never decided";
            return run.Fault ?? (counts is null || counts(run) ? null : "acknowledged and not counted");
        }
        catch (Xunit.Sdk.XunitException e)
        {
            return e.Message;
        }
    }
}
