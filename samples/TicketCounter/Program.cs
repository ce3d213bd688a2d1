using Microsoft.Extensions.DependencyInjection;
using PeerReplica;
using TicketCounter;

// No arguments: three agents as real processes; one is killed, one cut off; in the end an audit says that nothing was oversold.
if (args.Length == 0) return await Demo.RunAsync();

if (!AgentOptions.TryParse(args, out var options, out var fault))
{
    Console.Error.WriteLine($"{fault}\n\n{AgentOptions.Usage}");
    return 2;
}

using var app = await AgentApp.StartAsync(options, Replicate);
if (app is null) return 1;
return options.IsScripted ? await ScriptedAgent.RunAsync(app, options) : await InteractiveAgent.RunAsync(app);

// All that makes an app's instances share their state. TicketOffice and Basket sell with it.
static void Replicate(IServiceCollection services, AgentOptions options, int port) => services
    .AddPeerReplica(o =>
    {
        o.ClusterName = options.Event;
        o.NodeName = options.Agent;
        o.Listen = options.Listen ?? $"127.0.0.1:{port}";
        o.Advertise = options.Advertise;
        o.SharedSecret = options.Secret;
        foreach (var seed in options.Seeds) o.Seeds.Add(seed);

        // Agents of one machine are never cut off from each other at the start, and any of them may be the first.
        o.MayBeFirst = options.Listen is null;

        // A dead agent is to be seen soon, for whoever watches; the defaults are calmer.
        o.HeartbeatInterval = TimeSpan.FromMilliseconds(250);
        o.PeerTimeout = TimeSpan.FromSeconds(1.5);
        o.SeedTimeout = TimeSpan.FromSeconds(1);

        // The event opens when so many agents have met; at 0 whoever finds nobody opens it.
        o.ExpectedReplicas = options.Expected;
    })
    .AddBoundedCounter("tickets", options.Capacity)
    .AddPool("seats", SeatMap.Seats)
    .AddMap<string, long>("tickets.byRun")
    .AddMap<string, Sale>("tickets.last")
    .AddPresence<DateTimeOffset>("agents.closing")
    .UseSerializer(new SystemTextJsonReplicaSerializer(TicketJson.Default));
