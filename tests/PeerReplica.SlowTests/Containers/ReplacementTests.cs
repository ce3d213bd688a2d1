using System.Diagnostics;
using System.Text.Json;
using Xunit.Abstractions;

namespace PeerReplica.SlowTests.Containers;

/// <summary>Containers and their addresses change while tickets are sold.</summary>
[Collection(ContainerCollection.Name)]
public sealed class ReplacementTests(ContainerFixture fixture, ITestOutputHelper output)
{
    private static readonly TimeSpan s_formedWithin = TimeSpan.FromSeconds(60);

    /// <summary>Some 3 s on a quiet machine; on a crowded one links fall silent and are opened again.</summary>
    private static readonly TimeSpan s_joinedWithin = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_soldOutWithin = TimeSpan.FromSeconds(90);

    [DockerFact]
    public async Task All_containers_are_replaced_one_by_one_with_new_addresses_while_they_sell()
    {
        const long Capacity = 2000;
        await using var network = await AgentNetwork.CreateAsync(fixture);
        var agents = await Task.WhenAll(Enumerable.Range(1, 3).Select(i => network.StartAsync($"old-{i}", 10 + i, Sale(Capacity, expect: 3))));
        await network.UntilAsync("three are one cluster and sell", s_formedWithin, agents, r => Reports.AreOneCluster(r) && r.All(x => x.Number("sold") > 0));
        for (var i = 0; i < agents.Length; i++)
        {
            var clock = Stopwatch.StartNew();
            var next = await network.StartAsync($"new-{i + 1}", 21 + i, Sale(Capacity, expect: 3));
            await network.UntilAsync($"{next.Name} has joined", s_joinedWithin, [.. agents, next], Reports.AreOneCluster);
            var joined = clock.Elapsed;
            await agents[i].StopAsync();
            agents[i] = next;
            var reports = await network.UntilAsync("the others are one cluster", s_joinedWithin, agents, Reports.AreOneCluster);
            output.WriteLine($"{next.Name} joined after {joined.TotalSeconds:0.0} s, with {reports[0].Number("sold")} sold");
        }

        await AssertSoldOutAsync(network, agents, Capacity);
    }

    [DockerFact]
    public async Task An_agent_joins_by_a_name_whose_first_address_is_dead()
    {
        const long Capacity = 900;
        await using var network = await AgentNetwork.CreateAsync(fixture);
        var first = await Task.WhenAll(Enumerable.Range(130, 2).Select(host => network.StartAsync($"agent-{host}", host, Sale(Capacity, expect: 2))));
        await network.UntilAsync("two are one cluster", s_formedWithin, first, Reports.AreOneCluster);

        // Nobody has the address 21. The resolver sorts it first, also because it is nearest to the address 20 (RFC 6724, rule 9).
        var clock = Stopwatch.StartNew();
        var third = await network.StartAsync(
            "agent-20", 20, Sale(Capacity, expect: 2, seed: "sellers:7400"),
            configure: b => b.WithExtraHost("sellers", network.Address(21)).WithExtraHost("sellers", network.Address(130)).WithExtraHost("sellers", network.Address(131)));
        AgentContainer[] agents = [.. first, third];
        await network.UntilAsync("the third has joined", s_joinedWithin, agents, Reports.AreOneCluster);
        output.WriteLine($"joined after {clock.Elapsed.TotalSeconds:0.0} s");
        await AssertSoldOutAsync(network, agents, Capacity);
    }

    [DockerTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_address_that_another_cluster_reuses_mixes_nothing(bool hasOtherSecret)
    {
        const long Capacity = 1200;
        const long OtherCapacity = 600;

        // A cluster of strangers, or one that has the same secret and another name.
        var otherSecret = hasOtherSecret ? AgentNetwork.NewSecret() : null;
        var otherSale = Sale(OtherCapacity, expect: 2, seed: "other:7400") + (hasOtherSecret ? "" : " --event opera");
        await using var network = await AgentNetwork.CreateAsync(fixture);
        var agents = await Task.WhenAll(Enumerable.Range(1, 3).Select(i => network.StartAsync($"agent-{i}", 10 + i, Sale(Capacity, expect: 3))));
        await network.UntilAsync("three are one cluster and sell", s_formedWithin, agents, r => Reports.AreOneCluster(r) && r.All(x => x.Number("sold") > 0));
        await agents[0].StopAsync();
        await agents[0].RemoveAsync();

        // At the address that two agents still dial, under the name that they still resolve.
        var others = await Task.WhenAll(
            network.StartAsync("other-1", 11, otherSale, secret: otherSecret, service: "other"),
            network.StartAsync("other-2", 15, otherSale, secret: otherSecret, service: "other",
                configure: b => b.WithNetworkAliases(AgentNetwork.Service)));
        agents[0] = await network.StartAsync("agent-4", 14, Sale(Capacity, expect: 3));
        await network.UntilAsync("three are one cluster again", s_joinedWithin, agents, Reports.AreOneCluster);
        await network.UntilAsync("the two others are one cluster", s_joinedWithin, others, Reports.AreOneCluster);
        await AssertSoldOutAsync(network, agents, Capacity);
        await AssertSoldOutAsync(network, others, OtherCapacity);
        Assert.All(await Task.WhenAll(others.Select(o => o.ReportAsync())), r => Assert.Equal(["other-1", "other-2"], Sellers(r!.Value)));
    }

    private static string[] Sellers(JsonElement report) =>
        [.. report.GetProperty("byAgent").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal)];

    private static string Sale(long capacity, int expect, string seed = "agent:7400") => AgentNetwork.Sale(capacity, expect, seed);

    private async Task AssertSoldOutAsync(AgentNetwork network, AgentContainer[] agents, long capacity)
    {
        var reports = await network.UntilAsync("all agree and are sold out", s_soldOutWithin, agents, r => Reports.AreOneCluster(r) && Reports.AgreeAndAreSoldOut(r));
        output.WriteLine(reports[0].GetProperty("byAgent").GetRawText());
        Reports.AssertSoldOnce(reports, capacity);
    }
}
