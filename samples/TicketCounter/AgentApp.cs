using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PeerReplica;
using PeerReplica.Transport;

namespace TicketCounter;

/// <summary>One agent: an ordinary .NET app with PeerReplica in it.</summary>
internal sealed class AgentApp : IDisposable
{
    private readonly IHost _host;
    private readonly CancellationTokenSource _ended = new();

    private AgentApp(IHost host)
    {
        _host = host;
        Replica = host.Services.GetRequiredService<IPeerReplica>();
        Office = host.Services.GetRequiredService<TicketOffice>();
        Closing = Replica.GetPresence<DateTimeOffset>("agents.closing");
        Peers = new PeerBook(Replica);
        _ = Peers.FollowAsync(_ended.Token);
        Stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        Network = (CuttableTransport)host.Services.GetRequiredService<IReplicaTransport>();
    }

    public IPeerReplica Replica { get; }

    public TicketOffice Office { get; }

    /// <summary>When the agents that are done leave.</summary>
    public IPresence<DateTimeOffset> Closing { get; }

    public PeerBook Peers { get; }

    public CuttableTransport Network { get; }

    /// <summary>Ends when the process is told to end: Ctrl+C or SIGTERM.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Starts the agent at the port it was told, or at the first free one of those that agents on one machine use.</summary>
    public static async Task<AgentApp?> StartAsync(AgentOptions options, Action<IServiceCollection, AgentOptions, int> replicate)
    {
        int[] candidates = options.Port is { } only ? [only] : options.Listen is null ? AgentOptions.DefaultPorts : [0];
        foreach (var port in candidates)
        {
            var host = Build(options, replicate, port);
            try
            {
                await host.StartAsync();
                return new AgentApp(host);
            }
            catch (TransportException e)
            {
                host.Dispose();
                if (port == candidates[^1]) Console.Error.WriteLine(e.Message);
            }
            catch (OptionsValidationException e)
            {
                host.Dispose();
                Console.Error.WriteLine(e.Message);
                return null;
            }
        }

        return null;
    }

    public async Task StopAsync() => await _host.StopAsync();

    public void Dispose()
    {
        _ended.Cancel();
        _host.Dispose();
        _ended.Dispose();
    }

    private static IHost Build(AgentOptions options, Action<IServiceCollection, AgentOptions, int> replicate, int port)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        replicate(builder.Services, options, port);
        builder.Services.AddSingleton(p => new TicketOffice(p.GetRequiredService<IPeerReplica>(), options.Agent, options.Capacity));

        // Only so that a person can cut this agent off with a key.
        builder.Services.AddSingleton<IReplicaTransport>(p =>
            new CuttableTransport(ReplicaTransports.Tcp(p.GetRequiredService<IOptions<PeerReplicaOptions>>().Value)));

        // Beside a script's output; a terminal shows the live view instead.
        if (options.IsScripted)
        {
            // That a port is taken is no failure while there are others to try, and is said below when there are none.
            builder.Services.AddLogging(l => l.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
                .AddConsole(c => c.LogToStandardErrorThreshold = LogLevel.Trace));
        }

        return builder.Build();
    }
}
