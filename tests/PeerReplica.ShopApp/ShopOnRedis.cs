using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using StackExchange.Redis;

namespace PeerReplica.ShopApp;

public static class ShopOnRedis
{
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        var redis = ConnectionMultiplexer.Connect(builder.Configuration["Redis"]!);
        builder.Services.AddStackExchangeRedisCache(o => o.Configuration = builder.Configuration["Redis"]);
        builder.Services.AddStackExchangeRedisOutputCache(o => o.Configuration = builder.Configuration["Redis"]);
        builder.Services.AddDataProtection().SetApplicationName("shop").PersistKeysToStackExchangeRedis(redis);
        builder.Services.AddSession();
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
