using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;

namespace PeerReplica.ShopApp;

public static class ShopOnReplica
{
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddPeerReplica().WaitForSync();
        builder.Services.AddPeerReplicaDistributedCache();
        builder.Services.AddPeerReplicaOutputCache();
        builder.Services.AddDataProtection().SetApplicationName("shop").PersistKeysToPeerReplica();
        builder.Services.AddPeerReplicaSession();
        builder.Services.AddOutputCache();
        builder.Services.AddAntiforgery();
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
        var app = builder.Build();
        app.UseAuthentication();
        app.UseWhen(c => c.Request.Path.StartsWithSegments("/session"), s => s.UseSession());
        app.UseOutputCache();
        Shop.Map(app);
        return app;
    }
}
