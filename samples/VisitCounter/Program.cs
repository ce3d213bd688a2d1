using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PeerReplica;

// Arguments: the port of this instance, then the ports of instances that may be running already.
var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddPeerReplica(o =>
{
    o.Listen = $"127.0.0.1:{args[0]}";
    foreach (var port in args.Skip(1)) o.Seeds.Add($"127.0.0.1:{port}");
})
.AddCounter("visits");

using var host = builder.Build();
await host.StartAsync();
var replica = host.Services.GetRequiredService<IPeerReplica>();
await replica.WaitUntilSyncedAsync();

var visits = replica.GetCounter("visits");
_ = Task.Run(async () =>
{
    await foreach (var value in visits.WatchAsync()) Console.WriteLine($"visits: {value}");
});
while (Console.ReadLine() is not null) visits.Add(1);
await host.StopAsync();
