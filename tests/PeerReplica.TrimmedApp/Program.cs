using MessagePack;
using MessagePack.Resolvers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PeerReplica;
using PeerReplica.TrimmedApp;

// Two replicas in one process, with values written by generated JSON code, by a MessagePack formatter and natively.
var packs = MessagePackSerializerOptions.Standard.WithResolver(CompositeResolver.Create([new SeatFormatter()], [BuiltinResolver.Instance]));
using var a = await StartAsync("a", null);
var writer = a.Services.GetRequiredService<IPeerReplica>();
using var b = await StartAsync("b", writer.Self.Address);
var reader = b.Services.GetRequiredService<IPeerReplica>();
await reader.WaitUntilSyncedAsync();
writer.GetCounter("visits").Add(42);
writer.GetMap<string, Order>("orders").Set("first", new Order("book", 3));
writer.GetMap<string, Seat>("seats").Set("first", new Seat(7, "left"));
writer.GetMap<int, string>("texts").Set(1, "text");
await writer.FlushAsync(WriteConcern.All);
var taken = await reader.GetBoundedCounter("left").TakeAsync(3, TimeSpan.FromSeconds(10));
var order = reader.GetMap<string, Order>("orders").Single().Value;
var seat = reader.GetMap<string, Seat>("seats").Single().Value;
var text = reader.GetMap<int, string>("texts").Single().Value;
Console.WriteLine($"visits {reader.GetCounter("visits").Value}, {order}, {seat}, {text}, taken {taken}");
await b.StopAsync();
await a.StopAsync();

async Task<IHost> StartAsync(string name, string? seed)
{
    var builder = Host.CreateEmptyApplicationBuilder(null);
    var objects = builder.Services.AddPeerReplica(o =>
    {
        o.NodeName = name;
        o.Listen = "127.0.0.1:0";
        if (seed is not null) o.Seeds.Add(seed);
    });
    objects.AddCounter("visits").AddBoundedCounter("left", 10)
        .AddMap<string, Order>("orders").AddMap<string, Seat>("seats").AddMap<int, string>("texts")
        .UseSerializer(new SystemTextJsonReplicaSerializer(OrderJson.Default.Options))
        .UseMessagePack("seats", packs);
    var host = builder.Build();
    await host.StartAsync();
    return host;
}
