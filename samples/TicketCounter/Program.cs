using Microsoft.Extensions.DependencyInjection;
using PeerReplica;
using TicketCounter;

// No arguments: three agents as real processes, one of them killed, and a check that all agree in the end.
if (args.Length == 0) return await Demo.RunAsync();

if (!AgentOptions.TryParse(args, out var options, out var fault))
{
    Console.Error.WriteLine($"{fault}\n\n{AgentOptions.Usage}");
    return 2;
}

using var app = await AgentApp.StartAsync(options, Replicate);
if (app is null) return 1;
return options.IsScripted ? await ScriptedAgent.RunAsync(app, options) : await InteractiveAgent.RunAsync(app, options);

// All that makes an app's instances share their state. TicketOffice sells with it.
static void Replicate(IServiceCollection services, AgentOptions options, int port) => services
    .AddPeerReplica(o =>
    {
        o.ClusterName = "tickets";
        o.NodeName = options.Agent;
        o.Listen = $"127.0.0.1:{port}";
        foreach (var seed in options.Seeds) o.Seeds.Add(seed);

        // A dead agent is to be seen soon, for whoever watches; the defaults are calmer.
        o.HeartbeatInterval = TimeSpan.FromMilliseconds(250);
        o.PeerTimeout = TimeSpan.FromSeconds(1.5);
        o.SeedTimeout = TimeSpan.FromSeconds(1);
    })
    .AddCounter("tickets.sold")
    .AddMap<string, long>("tickets.byRun")
    .AddMap<string, Sale>("tickets.last")
    .UseSerializer(new SystemTextJsonReplicaSerializer(TicketJson.Default));
