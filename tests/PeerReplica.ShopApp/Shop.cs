using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Caching.Distributed;

namespace PeerReplica.ShopApp;

/// <summary>The app itself, which does not know where its state is.</summary>
internal static class Shop
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/ready", () => "ready");
        app.MapGet("/session/{name}", async (string name, HttpContext context) =>
        {
            // Read without this, a session is loaded synchronously: over a network, threads wait for it.
            await context.Session.LoadAsync();
            return context.Session.GetString(name) ?? "";
        });
        app.MapGet("/session", async (HttpContext context) =>
        {
            await context.Session.LoadAsync();
            return string.Join(',', context.Session.Keys.Order(StringComparer.Ordinal));
        });
        app.MapPost("/session/{name}/{value}", async (string name, string value, HttpContext context, int? wait) =>
        {
            // Loaded before another request can change it.
            await context.Session.LoadAsync();
            await Task.Delay(wait ?? 0);
            context.Session.SetString(name, value);
        });
        app.MapPost("/login/{name}", (string name, HttpContext context) =>
            context.SignInAsync(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(ClaimTypes.NameIdentifier, name)], "shop"))));
        app.MapGet("/who", (HttpContext context) => context.User.Identity?.Name ?? "nobody");
        app.MapGet("/cache/{key}", async (string key, IDistributedCache cache) => await cache.GetStringAsync(key) ?? "");
        app.MapPost("/cache/{key}/{value}", (string key, string value, IDistributedCache cache) => cache.SetStringAsync(key, value));
        app.MapGet("/bytes/{key}", async (string key, IDistributedCache cache) => $"{(await cache.GetAsync(key))?.Length}");
        app.MapPost("/bytes/{key}/{size}", (string key, int size, IDistributedCache cache) => cache.SetAsync(key, new byte[size]));
        app.MapGet("/price", () => Guid.NewGuid().ToString("N")).CacheOutput(p => p.Tag("prices"));
        app.MapPost("/evict/{tag}", async (string tag, IOutputCacheStore store, CancellationToken token) => await store.EvictByTagAsync(tag, token));
        app.MapGet("/form", (IAntiforgery antiforgery, HttpContext context) => antiforgery.GetAndStoreTokens(context).RequestToken);
        app.MapPost("/form", async (IAntiforgery antiforgery, HttpContext context) =>
            await antiforgery.IsRequestValidAsync(context) ? Results.Text("accepted") : Results.BadRequest());
    }
}
