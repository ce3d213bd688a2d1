namespace PeerReplica.ShopApp;

/// <summary>A shop with objects of every kind and a dashboard that shows their values, open to this machine in Development.</summary>
public static class ShopWithDashboard
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        var objects = builder.AddPeerReplica().WaitForSync()
            .AddNodeReport(o => o.AddValue("Temperature", _ => 36.5, "°C").AddText("Zone", _ => "north"))
            .AddCounter("visits").AddBoundedCounter("tickets", 1000).AddPool("seats", ["1A", "1B", "1C"])
            .AddMap<string, string>("prices").AddSet<string>("revoked").AddRegister<string>("motd").AddMultiValueRegister<int>("votes").AddFlag("open");

        // A name that a test chooses, for what it does to the page.
        if (builder.Configuration["Extra"] is { Length: > 0 } extra) objects.AddRegister<string>(extra);
        var app = builder.Build();
        app.MapPeerReplicaDashboard(configure: o => o.ShowValues = builder.Configuration["ShowValues"] != "no");
        app.MapPost("/visit", (IPeerReplica replica) => replica.GetCounter("visits").Increment());

        // What others hold the rights to is asked of them.
        app.MapPost("/sell/{amount}", (long amount, IPeerReplica replica) => replica.GetBoundedCounter("tickets").TakeAsync(amount, s_patience));
        app.MapPost("/hold/{amount}", async (long amount, IPeerReplica replica) =>
            await replica.GetBoundedCounter("tickets").HoldAsync(amount, new() { TimeToLive = TimeSpan.FromHours(1), Timeout = s_patience }) is not null);
        app.MapPost("/price", (string key, string value, IPeerReplica replica) => replica.GetMap<string, string>("prices").Set(key, value));
        app.MapPost("/fill/{count}", (int count, IPeerReplica replica) =>
        {
            for (var i = 0; i < count; i++) replica.GetMap<string, string>("prices").Set($"filled {i}", "1");
        });
        app.MapPost("/clear", (IPeerReplica replica) => replica.GetMap<string, string>("prices").Clear());
        return app;
    }
}
