using MessagePack;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PeerReplica.Testing;
using PeerReplica.Transport;

namespace PeerReplica.Tests.Readme;

/// <summary>The README's code, so that it compiles; <see cref="ReadmeTests"/> compares the two.</summary>
internal static class ReadmeCode
{
    public static WebApplication App(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);

        builder.Services.AddPeerReplica(o =>
        {
            o.ClusterName = "shop";
            o.Listen = "0.0.0.0:7400";
            o.Seeds.Add("10.0.0.11:7400, 10.0.0.12:7400");   // the same list everywhere; one that answers is enough
            o.SharedSecret = builder.Configuration["PeerReplica:SharedSecret"];   // encrypts; openssl rand -base64 32 makes one
        })
        .AddCounter("visits")
        .AddMap<string, Cart>("carts", timeToLive: TimeSpan.FromMinutes(30))
        .AddSet<string>("tokens.revoked");

        var app = builder.Build();
        app.MapPost("/visit", ([FromKeyedServices("visits")] ICounter visits) =>
        {
            visits.Add(1);
            return visits.Value;
        });
        return app;
    }

    public static void Packed(IServiceCollection services) => services.AddPeerReplica()
        .AddMap<string, Order>("orders")
        .UseMessagePack("orders");

    public static void FromConfiguration(WebApplicationBuilder builder) =>
        builder.Services.AddPeerReplica(builder.Configuration.GetSection("PeerReplica"));

    public static void InMemory(IServiceCollection services, InMemoryNetwork network)
    {
        services.AddSingleton(network.CreateTransport());
    }

    public static HostApplicationBuilder Alone()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddPeerReplica(o => o.Listen = "127.0.0.1:0").AddCounter("visits");
        return builder;
    }

    public static void Configured(WebApplicationBuilder builder) => builder.Services.AddPeerReplica()
        .AddBoundedCounter("tickets", builder.Configuration.GetValue<long>("Tickets:Capacity"));

    public static async Task SurviveAsync(IReplicatedMap<string, Cart> carts, string id, Cart cart, ILogger logger)
    {
        try
        {
            await carts.SetAsync(id, cart, WriteConcern.Majority);
        }
        catch (WriteConcernException e)
        {
            logger.LogWarning("The cart is kept, and not confirmed yet: {Reason}", e.Message);
        }
    }

    /// <summary>What both replicas read once they have met again.</summary>
    public static IEnumerable<string> Partition()
    {
        using var pair = new SimulatedCluster(new SimulationOptions { Replicas = 2 }, o => o.AddMap<string, string>("names"));
        pair.RunUntilConverged();
        var (left, right) = (pair.Replicas[0], pair.Replicas[1]);
        pair.Network.Cut(left, right);
        left.Replica.GetMap<string, string>("names").Set("1", "Ann");
        pair.RunFor(TimeSpan.FromSeconds(1));
        right.Replica.GetMap<string, string>("names").Set("1", "Zoe");
        pair.Network.RestoreAll();
        pair.RunUntilConverged();                       // both read "Zoe", the later one
        return [.. pair.Replicas.Select(r => r.Replica.GetMap<string, string>("names").First().Value)];
    }

    public static async Task VouchAsync(IPeerReplica replica, ReplicaId lost)
    {
        await replica.ForgetAsync(lost, hasEnded: true);   // only if you know that the process has ended
    }

    public static async Task ConcernsAsync(IReplicatedMap<string, Cart> carts, string id)
    {
        var stopping = CancellationToken.None;
        var cart = new Cart([]);
        await carts.SetAsync(id, cart, WriteConcern.Majority);     // returns when more than half of the members hold it
        var read = await carts.GetAsync(id, ReadConcern.Peers(1)); // asks a peer first
        await foreach (var change in carts.WatchAsync(stopping)) Show(change);
    }

    public static void Bounded(WebApplicationBuilder builder)
    {
        builder.Services.AddPeerReplica(o =>
        {
            o.NodeName = builder.Configuration["NodeName"];              // its own for each instance, and kept over restarts
            o.ExpectedReplicas = 3;                                      // the tickets are there once all three have met
        })
        .AddBoundedCounter("tickets", capacity: 10_000, o => o.Allowance = 100);
    }

    public static async Task<bool> SellAsync(IBoundedCounter tickets)
    {
        if (tickets.TryTake()) return true;                        // at once, from the rights of this instance
        if (await tickets.TakeAsync(1, TimeSpan.FromSeconds(2))) return true;   // waits for rights of the others
        Console.WriteLine($"{tickets.GetAudit().Sold} are sold, {tickets.GetAudit().Stranded} out of reach");
        return false;
    }

    public static void Simulate()
    {
        var options = new SimulationOptions { Seed = 42, Replicas = 3, Faults = FaultOptions.All };
        using var cluster = new SimulatedCluster(options, o => o.AddCounter("sold"));
        foreach (var agent in cluster.Replicas)
        {
            if (agent.IsRunning) agent.Replica.GetCounter("sold").Add(5);
            cluster.RunFor(TimeSpan.FromMilliseconds(300));
        }

        cluster.Heal();
        cluster.RunUntilConverged();
        var values = cluster.Replicas.Select(r => r.Replica.GetCounter("sold").Value);
        Console.WriteLine($"{string.Join(' ', values)} {cluster.TranscriptHash}");
    }

    private static void Show(MapChange<string, Cart> change) => Console.WriteLine(change);

    public sealed record Cart(IReadOnlyList<string> Items);
}

[MessagePackObject]
public sealed record Order([property: Key(0)] string Customer, [property: Key(1)] int Seats);
