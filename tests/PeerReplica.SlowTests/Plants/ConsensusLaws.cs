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

    private static string? Run(int seed, int voters, bool hasEnded)
    {
        var run = new CouncilRun(seed, voters);
        try
        {
            if (!run.CloseFirst(hasEnded)) return "never decided";
            return run.Fault ?? (run.CountsAllThatWasAcknowledged() ? null : "acknowledged and not counted");
        }
        catch (Xunit.Sdk.XunitException e)
        {
            return e.Message;
        }
    }
}
