using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace PeerReplica.SlowTests.Processes;

/// <summary>The sample, as scripts run it.</summary>
public sealed class TicketCounterTests
{
    private static readonly string[] s_names = ["alice", "bob", "carol"];

    [Fact]
    public async Task Three_agents_sell_and_report_the_same()
    {
        var reports = await AgentsAsync(count: 1000, capacity: 10_000);
        foreach (var report in reports)
        {
            AssertSold(3000, 10_000, report);
            foreach (var name in s_names) Assert.Equal(1000, report.GetProperty("byAgent").GetProperty(name).GetInt64());
            Assert.Equal(reports[0].GetProperty("contentHash").GetString(), report.GetProperty("contentHash").GetString());
            Assert.Equal(2, report.GetProperty("peers").GetArrayLength());
            foreach (var peer in report.GetProperty("peers").EnumerateArray())
            {
                Assert.Contains(peer.GetProperty("name").GetString(), s_names);
                Assert.True(peer.TryGetProperty("state", out _));
                Assert.True(peer.TryGetProperty("rttMs", out _));
            }
        }
    }

    [Fact]
    public async Task Three_agents_told_to_sell_more_than_there_is_sell_all_of_it_and_no_more()
    {
        foreach (var report in await AgentsAsync(count: 1000, capacity: 1000))
        {
            AssertSold(1000, 1000, report);
            Assert.Equal(1000, report.GetProperty("byAgent").EnumerateObject().Sum(p => p.Value.GetInt64()));
        }
    }

    [Fact]
    public async Task The_demo_kills_and_cuts_off_agents_and_ends_with_all_in_agreement_and_nothing_oversold()
    {
        var (code, output) = await RunAsync();
        Assert.True(code == 0, output);
        Assert.Contains("is killed", output, StringComparison.Ordinal);
        Assert.Contains("is cut off", output, StringComparison.Ordinal);
        Assert.Contains("All agents agree", output, StringComparison.Ordinal);
        Assert.Matches(@"Audit: capacity 900, sold \d+, stranded \d+, oversold 0", output);
    }

    [Theory]
    [InlineData("agent")]
    [InlineData("agent", "alice", "--auto")]
    [InlineData("agent", "alice", "--count", "1")]
    [InlineData("agent", "alice", "--auto", "--count", "many")]
    [InlineData("agent", "alice", "--auto", "--count", "1", "--port", "70000")]
    [InlineData("agent", "alice", "--auto", "--count", "1", "--wings", "2")]
    [InlineData("agent", "alice", "--auto", "--count", "1", "--expect", "65")]
    [InlineData("sell")]
    [InlineData("agent", "alice")]
    public async Task A_command_line_that_makes_no_sense_is_explained(params string[] arguments)
    {
        var (code, output) = await RunAsync(arguments);
        Assert.Equal(2, code);
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
    }

    private static void AssertSold(long sold, long capacity, JsonElement report)
    {
        Assert.Equal(capacity, report.GetProperty("capacity").GetInt64());
        Assert.Equal(sold, report.GetProperty("total").GetInt64());
        Assert.Equal(capacity - sold, report.GetProperty("left").GetInt64());
        Assert.Equal(sold, report.GetProperty("sold").GetInt64());
        Assert.Equal(0, report.GetProperty("held").GetInt64());
        Assert.Equal(0, report.GetProperty("stranded").GetInt64());
        Assert.Equal(0, report.GetProperty("oversold").GetInt64());
    }

    private static Task<JsonElement[]> AgentsAsync(long count, long capacity)
    {
        var ports = FreePorts(s_names.Length);
        return Task.WhenAll(s_names.Select((name, i) => AgentAsync(name, ports[i], ports, count, capacity)));
    }

    private static async Task<JsonElement> AgentAsync(string name, int port, int[] peers, long count, long capacity)
    {
        string[] seeds = [.. peers.SelectMany(p => new[] { "--seed", $"127.0.0.1:{p}" })];
        var (code, output) = await RunAsync(
            [
                "agent", name, "--auto", "--count", $"{count}", "--rate", "0", "--json", "--capacity", $"{capacity}",
                "--expect", $"{peers.Length}", "--port", $"{port}", "--linger", "4", .. seeds,
            ]);
        Assert.True(code == 0, output);
        return JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]).RootElement;
    }

    private static Task<(int Code, string Output)> RunAsync(params string[] arguments) => Programs.RunAsync(Programs.TicketCounter, arguments);

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners) listener.Start();
        var ports = Array.ConvertAll(listeners, l => ((IPEndPoint)l.LocalEndpoint).Port);
        foreach (var listener in listeners) listener.Dispose();
        return ports;
    }
}
