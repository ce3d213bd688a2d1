using PeerReplica.SlowTests.Web;

namespace PeerReplica.SlowTests.Processes;

/// <summary>The steps of <c>docs/getting-started.md</c>, with what that page says is printed.</summary>
public sealed class GettingStartedTests
{
    [Fact]
    public async Task Two_instances_share_a_count_that_outlives_each_of_them()
    {
        var ports = Tools.FreePorts(2);
        var first = new VisitCounterProcess(ports[0]);
        using var second = new VisitCounterProcess(ports[1], ports[0]);
        using (first)
        {
            await first.UntilAsync("visits: 0");
            await second.UntilAsync("visits: 0");
            first.PressEnter();
            await second.UntilAsync("visits: 1");
            second.PressEnter();
            await first.UntilAsync("visits: 2");
        }

        // The first was killed.
        second.PressEnter();
        await second.UntilAsync("visits: 3");
        using var again = new VisitCounterProcess(ports[0], ports[1]);
        await again.UntilAsync("visits: 3");
        Assert.Equal(0, await again.CloseAsync());
        Assert.Equal(0, await second.CloseAsync());
    }
}
