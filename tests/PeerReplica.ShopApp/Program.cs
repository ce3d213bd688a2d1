using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using PeerReplica.ShopApp;

// A shop whose instances share their state: on a Redis, or on PeerReplica. Configuration comes from the command line:
// redis --urls http://127.0.0.1:0 --Redis localhost:6379, or replica --urls http://127.0.0.1:0 --PeerReplica:Listen 127.0.0.1:7400.
// With dashboard instead of replica it has objects of its own, and a dashboard that shows them.
await using var app = args[0] switch
{
    "redis" => ShopOnRedis.Build(args[1..]),
    "dashboard" => ShopWithDashboard.Build(args[1..]),
    _ => ShopOnReplica.Build(args[1..]),
};
await app.StartAsync();

// Whoever started the process waits for this line.
Console.WriteLine($"serves {app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()}");
await app.WaitForShutdownAsync();
