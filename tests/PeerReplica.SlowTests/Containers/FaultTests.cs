using System.Diagnostics;
using Xunit.Abstractions;

namespace PeerReplica.SlowTests.Containers;

/// <summary>Containers are paused, killed and taken off the network while they sell.</summary>
[Collection(ContainerCollection.Name)]
public sealed class FaultTests(ContainerFixture fixture, ITestOutputHelper output)
{
    private const long Capacity = 3000;

    /// <summary>The allowance of one crash, 5 % of the capacity, and some for what was requested in the last broadcast interval.</summary>
    private const long StrandedAtMost = 160;

    private static readonly TimeSpan s_formedWithin = TimeSpan.FromSeconds(60);

    /// <summary>Some 4 s on a quiet machine; on a crowded one links fall silent and are opened again.</summary>
    private static readonly TimeSpan s_healedWithin = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_soldOutWithin = TimeSpan.FromSeconds(90);

    /// <summary>Longer than the sample's peer timeout of 1.5 s, so that the others take the agent for gone.</summary>
    private static readonly TimeSpan s_away = TimeSpan.FromSeconds(3);

    [DockerFact]
    public async Task Containers_that_are_paused_killed_and_taken_off_the_network_sell_every_ticket_once()
    {
        await using var network = await AgentNetwork.CreateAsync(fixture);
        var agents = await Task.WhenAll(Enumerable.Range(1, 3).Select(i => network.StartAsync($"agent-{i}", 10 + i, AgentNetwork.Sale(Capacity, expect: 3, rate: 25))));
        await network.UntilAsync("three are one cluster and sell", s_formedWithin, agents, r => Reports.AreOneCluster(r) && r.All(x => x.Number("sold") > 0));

        await agents[0].PauseAsync();
        await AwayAsync(network, agents, 0);
        await agents[0].UnpauseAsync();
        await HealedAsync(network, agents, "paused");

        await agents[1].KillAsync();
        await AwayAsync(network, agents, 1);
        await agents[1].RestartAsync();
        await HealedAsync(network, agents, "killed");

        await agents[2].DisconnectAsync();
        await AwayAsync(network, agents, 2);
        await agents[2].ReconnectAsync();
        await HealedAsync(network, agents, "off the network");

        var reports = await network.UntilAsync("all agree and are sold out", s_soldOutWithin, agents, r => Reports.AreOneCluster(r) && Reports.AgreeAndAreSoldOut(r));
        output.WriteLine(reports[0].GetRawText());
        Reports.AssertSoldOnce(reports, Capacity, StrandedAtMost);
    }

    /// <summary>The two others see that the third is away, and sell on.</summary>
    private static async Task AwayAsync(AgentNetwork network, AgentContainer[] agents, int away)
    {
        AgentContainer[] others = [.. agents.Where((_, i) => i != away)];
        var reports = await network.UntilAsync($"the others miss {agents[away].Name}", s_healedWithin, others, r => r.All(x => !x.Up().Contains(agents[away].Name)));
        await Task.Delay(s_away);
        var sold = reports.Max(r => r.Number("sold"));
        await network.UntilAsync("the others sell on", s_healedWithin, others, r => r.All(x => x.Number("sold") > sold));
    }

    private async Task HealedAsync(AgentNetwork network, AgentContainer[] agents, string fault)
    {
        var clock = Stopwatch.StartNew();
        var reports = await network.UntilAsync($"one cluster again after one was {fault}", s_healedWithin, agents, Reports.AreOneCluster);
        output.WriteLine($"after one was {fault}: one cluster after {clock.Elapsed.TotalSeconds:0.0} s, with {reports[0].Number("sold")} sold");
        Assert.True(reports[0].Number("sold") < Capacity, "the faults outlasted the sale");
    }
}
