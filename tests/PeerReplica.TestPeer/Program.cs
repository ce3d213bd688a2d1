using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PeerReplica;
using PeerReplica.TestPeer;

// A replica in a process of its own, told what to do by lines on its input; one line of answer to each. Ends with its input.
//   NAME LISTEN [--sell JOURNAL] [--set OPTION=VALUE]... [SEED]...
// With a journal it sells tickets together with others: three, unless the option ExpectedReplicas says otherwise.
if (args.Length < 2)
{
    Console.Error.WriteLine("Usage: NAME HOST:PORT [--sell JOURNAL] [--set OPTION=VALUE]... [SEED]...");
    return 2;
}

var (journal, seeds) = ((string?)null, new List<string>());
var settings = new Dictionary<string, string?>();
for (var i = 2; i < args.Length; i++)
{
    if (args[i] == "--sell") journal = args[++i];
    else if (args[i] == "--set" && args[++i].Split('=', 2) is [var option, var text]) settings[option] = text;
    else seeds.Add(args[i]);
}

if (journal is not null)
{
    settings.TryAdd("ExpectedReplicas", "3");

    // Short enough that some cuts end links and others do not.
    settings.TryAdd("HeartbeatInterval", "200ms");
    settings.TryAdd("PeerTimeout", "1s");
}

using var received = new MetricSums();
var builder = Host.CreateEmptyApplicationBuilder(null);
var objects = builder.Services.AddPeerReplica(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), o =>
{
    o.NodeName = args[0];
    o.Listen = args[1];
    if (o.CertificateFile is null) o.SharedSecret ??= "771e/JeiNAZflD5zp0dMN1xZazrashrmDt9jAmmDUk8=";
    foreach (var seed in seeds) o.Seeds.Add(seed);
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
