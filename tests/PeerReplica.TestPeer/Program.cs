using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PeerReplica;
using PeerReplica.TestPeer;

// A replica in a process of its own, told what to do by lines on its input; one line of answer to each. Ends with its input.
//   NAME LISTEN [--sell JOURNAL] [SEED]...
// With a journal it is one of three that sell the same tickets.
if (args.Length < 2)
{
    Console.Error.WriteLine("Usage: NAME HOST:PORT [--sell JOURNAL] [SEED]...");
    return 2;
}

var journal = args is [_, _, "--sell", var file, ..] ? file : null;
using var received = new MetricSums();
var builder = Host.CreateEmptyApplicationBuilder(null);
var objects = builder.Services.AddPeerReplica(o =>
{
    o.NodeName = args[0];
    o.Listen = args[1];
    o.SharedSecret = "the secret of the tests";
    foreach (var seed in args[(journal is null ? 2 : 4)..]) o.Seeds.Add(seed);
    if (journal is null) return;
    o.ExpectedReplicas = 3;

    // Short enough that some cuts end links and others do not.
    o.HeartbeatInterval = TimeSpan.FromMilliseconds(200);
    o.PeerTimeout = TimeSpan.FromSeconds(1);
})
.AddCounter("counter")
.AddMap<string, long>("map")
.AddMap<string, Order>("orders")
.UseMessagePack("orders");
if (journal is not null) objects.AddBoundedCounter(TicketSale.Tickets, TicketSale.Capacity, o => o.Allowance = TicketSale.Allowance);
builder.Services.AddLogging(l => l.AddProvider(new StandardErrorLogs()));
builder.Services.AddMetrics();
using var host = builder.Build();
await host.StartAsync();
var replica = host.Services.GetRequiredService<IPeerReplica>();
using var sale = journal is null ? null : new TicketSale(replica, journal);
using var peer = new Commands(replica, received, sale);
Console.WriteLine(replica.Self.Address);
while (await Console.In.ReadLineAsync() is { } line)
{
    try
    {
        Console.WriteLine(await peer.DoAsync(line.Split(' ')));
    }
    catch (Exception e)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"error {e.GetType().Name} {e.Message}"));
    }
}

await peer.StopLoadAsync();
if (sale is not null) await sale.StopAsync();
await host.StopAsync();
return 0;
