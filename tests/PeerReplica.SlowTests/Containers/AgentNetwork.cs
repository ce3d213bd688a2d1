using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using DotNet.Testcontainers.Networks;
using Microsoft.Extensions.Logging.Abstractions;

namespace PeerReplica.SlowTests.Containers;

/// <summary>A network of containers, in which one service name stands for the agents of one cluster; removed with them at the end.</summary>
internal sealed class AgentNetwork : IAsyncDisposable
{
    /// <summary>The name that resolves to the addresses of all agents.</summary>
    public const string Service = "agent";

    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(200);
    private static int s_made;

    private readonly ContainerFixture _fixture;
    private readonly string _prefix = $"10.232.{Interlocked.Increment(ref s_made)}";
    private readonly string _secret = NewSecret();
    private readonly INetwork _network;
    private readonly List<IContainer> _containers = [];
    private readonly List<AgentContainer> _agents = [];

    private AgentNetwork(ContainerFixture fixture)
    {
        _fixture = fixture;
        _network = new NetworkBuilder().WithDockerEndpoint(fixture.Endpoint).WithLogger(NullLogger.Instance)
            .WithName($"peerreplica-tests-{Environment.ProcessId}-{s_made}")
            .WithCreateParameterModifier(p => p.IPAM = new IPAM { Driver = "default", Config = [new IPAMConfig { Subnet = $"{_prefix}.0/24" }] })
            .Build();
    }

    public Uri Endpoint => _fixture.Endpoint;

    public string Name => _network.Name;

    public static async Task<AgentNetwork> CreateAsync(ContainerFixture fixture)
    {
        var network = new AgentNetwork(fixture);
        await network._network.CreateAsync();
        return network;
    }

    /// <summary>An agent that sells until nothing is left, reports all the time and stays until it is stopped.</summary>
    public static string Sale(long capacity, int expect, string seed = $"{Service}:7400", int rate = 40) =>
        $"--auto --count 100000 --rate {rate} --json --demo --capacity {capacity} --expect {expect} --seed {seed}";

    public static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public string Address(int host) => $"{_prefix}.{host}";

    /// <summary>Starts an agent at an address.</summary>
    /// <param name="name">The host name, and with that the agent's name.</param>
    /// <param name="host">The last number of the address.</param>
    /// <param name="sale">What the agent is to do, after <c>agent</c>.</param>
    /// <param name="service">The network alias: the name under which others find the agent.</param>
    /// <param name="secret">The secret of another cluster.</param>
    /// <param name="configure">More to configure.</param>
    public async Task<AgentContainer> StartAsync(
        string name, int host, string sale, string service = Service, string? secret = null, Func<ContainerBuilder, ContainerBuilder>? configure = null)
    {
        var builder = new ContainerBuilder(_fixture.Image).WithDockerEndpoint(Endpoint).WithLogger(NullLogger.Instance).WithImagePullPolicy(_ => false)
            .WithHostname(name).WithNetwork(_network).WithNetworkAliases(service)
            .WithEnvironment("TICKETS_SECRET", secret ?? _secret)
            .WithCommand(["agent", .. sale.Split(' '), "--listen", "0.0.0.0:7400"])
            .WithCreateParameterModifier(p =>
            {
                // An agent with --demo stays until its input ends.
                p.OpenStdin = true;
                p.NetworkingConfig!.EndpointsConfig!.Values.Single().IPAMConfig = new EndpointIPAMConfig { IPv4Address = Address(host) };
            });
        var container = (configure is null ? builder : configure(builder)).Build();
        _containers.Add(container);
        await container.StartAsync();
        var agent = new AgentContainer(container, name, Address(host), this);
        _agents.Add(agent);
        return agent;
    }

    /// <summary>Waits until the latest reports of some agents, read together, are as they should be; returns them. Fails with all logs otherwise.</summary>
    public async Task<JsonElement[]> UntilAsync(string what, TimeSpan within, AgentContainer[] agents, Func<JsonElement[], bool> isSo)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var reports = await Task.WhenAll(agents.Select(a => a.ReportAsync()));
            if (reports.All(r => r is not null) && isSo([.. reports.Select(r => r!.Value)])) return [.. reports.Select(r => r!.Value)];
            if (clock.Elapsed > within) Assert.Fail($"Not within {within.TotalSeconds} s: {what}\n{await LogsAsync()}");
            await Task.Delay(s_poll);
        }
    }

    public async Task<string> LogsAsync() => string.Join('\n', await Task.WhenAll(_agents.Select(a => a.LogsAsync())));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_containers.Select(c => c.DisposeAsync().AsTask()));
        await _network.DisposeAsync();
    }
}
