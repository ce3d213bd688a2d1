using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using PeerReplica.AspNetCore.Tests.Apps;
using PeerReplica.AspNetCore.Tickets;

namespace PeerReplica.AspNetCore.Tests.Tickets;

/// <summary>Logins and antiforgery tokens of whole apps, as a browser meets them behind a load balancer.</summary>
public sealed class LoginTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cookie_of_one_instance_is_accepted_at_another_after_the_first_is_gone(bool isStored)
    {
        await using var cluster = await WebCluster.StartAsync(2, (s, _) => Configure(s, isStored), Map);
        var browser = new Browser();
        using var first = cluster[0].CreateClient();
        using var second = cluster[1].CreateClient();
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(first, "/login/ann")).Status);
        await cluster.ConvergeAsync();
        cluster.Network.Isolate(WebCluster.AddressOf(0));
        Assert.Equal((HttpStatusCode.OK, "ann"), await browser.GetAsync(second, "/who"));
        var cookie = Assert.Single(browser.Cookies).Value;
        Assert.True(!isStored || cookie.Length < 500, "the cookie holds a key alone");
    }

    [Fact]
    public async Task Logging_out_everywhere_ends_the_logins_of_two_browsers_at_two_instances()
    {
        await using var cluster = await WebCluster.StartAsync(2, (s, _) => Configure(s, isStored: true), Map);
        var (one, two) = (new Browser(), new Browser());
        using var first = cluster[0].CreateClient();
        using var second = cluster[1].CreateClient();
        await one.GetAsync(first, "/login/ann");
        await two.GetAsync(second, "/login/ann");
        await cluster.ConvergeAsync();
        Assert.Equal("2", (await one.GetAsync(first, "/logout-everywhere/ann")).Text);
        await cluster.ConvergeAsync();
        foreach (var (browser, instance) in new[] { (one, first), (one, second), (two, first), (two, second) })
            Assert.Equal("nobody", (await browser.GetAsync(instance, "/who")).Text);
        await two.GetAsync(second, "/login/ann");
        Assert.Equal("ann", (await two.GetAsync(second, "/who")).Text);
    }

    [Fact]
    public async Task A_form_of_one_instance_is_accepted_at_another()
    {
        await using var cluster = await WebCluster.StartAsync(2, (s, _) => Configure(s, isStored: false), Map);
        var browser = new Browser();
        using var first = cluster[0].CreateClient();
        using var second = cluster[1].CreateClient();
        var token = (await browser.GetAsync(first, "/form")).Text;
        Assert.Equal((HttpStatusCode.OK, "accepted"), await browser.PostAsync(second, "/form", ("__RequestVerificationToken", token)));
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync(second, "/form", ("__RequestVerificationToken", token[..^4] + "AAAA"))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await new Browser().PostAsync(second, "/form", ("__RequestVerificationToken", token))).Status);
    }

    private static void Configure(IServiceCollection services, bool isStored)
    {
        services.AddDataProtection().SetApplicationName("app").PersistKeysToPeerReplica();
        services.AddAntiforgery();
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
        if (isStored) services.AddPeerReplicaTicketStore();
    }

    private static void Map(WebApplication app)
    {
        app.UseAuthentication();
        app.MapGet("/login/{name}", (string name, HttpContext context) => context.SignInAsync(
            new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(ClaimTypes.NameIdentifier, name), new Claim("padding", new string('x', 2000))], "test"))));
        app.MapGet("/who", (HttpContext context) => context.User.Identity?.Name ?? "nobody");
        app.MapGet("/logout-everywhere/{name}", async (string name, HttpContext context) =>
            $"{await context.RequestServices.GetRequiredService<IUserLogins>().LogOutEverywhereAsync(name)}");
        app.MapGet("/form", (IAntiforgery antiforgery, HttpContext context) => antiforgery.GetAndStoreTokens(context).RequestToken);
        app.MapPost("/form", async (IAntiforgery antiforgery, HttpContext context) =>
            await antiforgery.IsRequestValidAsync(context) ? Results.Text("accepted") : Results.BadRequest());
    }
}
