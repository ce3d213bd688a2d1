using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using PeerReplica.Tests.Repository;

namespace PeerReplica.Tests.Processes;

/// <summary>The sample, as scripts run it.</summary>
public sealed class TicketCounterTests
{
    [Fact]
    public async Task Three_agents_sell_and_report_the_same()
    {
        var ports = FreePorts(3);
        string[] names = ["alice", "bob", "carol"];
        var reports = await Task.WhenAll(names.Select((name, i) => AgentAsync(name, ports[i], ports)));
        foreach (var report in reports)
        {
            Assert.Equal(3000, report.GetProperty("total").GetInt64());
            Assert.Equal(10_000, report.GetProperty("capacity").GetInt64());
            Assert.Equal(7000, report.GetProperty("left").GetInt64());
            foreach (var name in names) Assert.Equal(1000, report.GetProperty("byAgent").GetProperty(name).GetInt64());
            Assert.Equal(reports[0].GetProperty("contentHash").GetString(), report.GetProperty("contentHash").GetString());
            Assert.Equal(2, report.GetProperty("peers").GetArrayLength());
            foreach (var peer in report.GetProperty("peers").EnumerateArray())
            {
                Assert.Contains(peer.GetProperty("name").GetString(), names);
                Assert.True(peer.TryGetProperty("state", out _));
                Assert.True(peer.TryGetProperty("rttMs", out _));
            }
        }
    }

    [Fact]
    public async Task The_demo_kills_an_agent_and_ends_with_all_in_agreement()
    {
        var (code, output) = await RunAsync();
        Assert.True(code == 0, output);
        Assert.Contains("is killed", output, StringComparison.Ordinal);
        Assert.Contains("All agents agree", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("agent")]
    [InlineData("agent", "alice", "--auto")]
    [InlineData("agent", "alice", "--count", "1")]
    [InlineData("agent", "alice", "--auto", "--count", "many")]
    [InlineData("agent", "alice", "--auto", "--count", "1", "--port", "70000")]
    [InlineData("agent", "alice", "--auto", "--count", "1", "--wings", "2")]
    [InlineData("sell")]
    [InlineData("agent", "alice")]
    public async Task A_command_line_that_makes_no_sense_is_explained(params string[] arguments)
    {
        var (code, output) = await RunAsync(arguments);
        Assert.Equal(2, code);
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> AgentAsync(string name, int port, int[] peers)
    {
        string[] seeds = [.. peers.SelectMany(p => new[] { "--seed", $"127.0.0.1:{p}" })];
        var (code, output) = await RunAsync(
            ["agent", name, "--auto", "--count", "1000", "--rate", "0", "--json", "--capacity", "10000", "--port", $"{port}", "--linger", "4", .. seeds]);
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
