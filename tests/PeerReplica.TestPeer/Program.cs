using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PeerReplica;
using PeerReplica.TestPeer;

// A replica in a process of its own, told what to do by lines on its input; one line of answer to each. Ends with its input.
//   NAME LISTEN [SEED]...
if (args.Length < 2)
{
    Console.Error.WriteLine("Usage: NAME HOST:PORT [SEED]...");
    return 2;
}

using var received = new MetricSums();
var builder = Host.CreateEmptyApplicationBuilder(null);
builder.Services.AddPeerReplica(o =>
{
    o.NodeName = args[0];
    o.Listen = args[1];
    o.SharedSecret = "the secret of the tests";
    foreach (var seed in args[2..]) o.Seeds.Add(seed);
})
.AddCounter("counter")
.AddMap<string, long>("map");
builder.Services.AddLogging(l => l.AddProvider(new StandardErrorLogs()));
builder.Services.AddMetrics();
using var host = builder.Build();
await host.StartAsync();
using var peer = new Commands(host.Services.GetRequiredService<IPeerReplica>(), received);
Console.WriteLine(host.Services.GetRequiredService<IPeerReplica>().Self.Address);
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
await host.StopAsync();
return 0;
