using Xunit.Abstractions;

namespace PeerReplica.SlowTests.Containers;

/// <summary>Agents in containers that find each other by one service name.</summary>
[Collection(ContainerCollection.Name)]
public sealed class ServiceNameTests(ContainerFixture fixture, ITestOutputHelper output)
{
    [DockerFact]
    public async Task Three_containers_behind_one_name_sell_every_ticket_once()
    {
        const string Sale = "--auto --count 1000 --rate 100 --json --capacity 900 --expect 3 --linger 3 --seed agent:7400";
        await using var network = await AgentNetwork.CreateAsync(fixture);
        var agents = await Task.WhenAll(Enumerable.Range(1, 3).Select(i => network.StartAsync($"agent-{i}", 10 + i, Sale)));
        foreach (var agent in agents)
            if (await agent.ExitCodeAsync().WaitAsync(TimeSpan.FromSeconds(90)) != 0) Assert.Fail(await network.LogsAsync());
        var reports = Array.ConvertAll(await Task.WhenAll(agents.Select(a => a.ReportAsync())), r => r!.Value);
        foreach (var report in reports)
        {
            output.WriteLine(report.GetRawText());
            Assert.Equal(900, report.GetProperty("byAgent").EnumerateObject().Sum(p => p.Value.GetInt64()));
            Assert.Equal(3, report.GetProperty("byAgent").EnumerateObject().Count());
            Assert.Equal(2, report.GetProperty("peers").GetArrayLength());
        }

        Reports.AssertSoldOnce(reports, 900);
    }
}
