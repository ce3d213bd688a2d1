using System.Net;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using PeerReplica.AspNetCore.Tests.Apps;
using PeerReplica.Transport;

namespace PeerReplica.AspNetCore.Tests.Dashboard;

/// <summary>Who may see the dashboard, and who sees that there is none.</summary>
public sealed class DashboardAccessTests
{
    [Fact]
    public async Task Without_a_policy_it_is_closed_also_to_this_machine_and_says_so_once_in_the_log()
    {
        await using var app = await StartAsync(a => a.MapPeerReplicaDashboard());
        using var neighbor = app.CreateNeighbor();
        foreach (var path in Operators.Paths) Assert.Equal(HttpStatusCode.NotFound, await neighbor.StatusOf(path));
        var (_, _, text) = Assert.Single(app.Logs.Entries, e => e.Id.Id == 108);
        Assert.Contains("RequireAuthorization", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", "localhost:5000", "", "", true)]
    [InlineData("127.0.0.9", "127.0.0.1", "127.0.0.1:5000", "", "", true)]
    [InlineData("::1", "::1", "[::1]:5000", "", "", true)]
    [InlineData("::ffff:127.0.0.1", "::ffff:127.0.0.1", "localhost", "", "", true)]
    [InlineData("10.0.0.7", "10.0.0.1", "localhost", "", "", false)]
    [InlineData("10.0.0.1", "10.0.0.1", "10.0.0.1", "", "", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "shop.example", "", "", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "localhost.evil.example", "", "", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "localhost", "X-Forwarded-For", "203.0.113.7", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "localhost", "X-Forwarded-For", "127.0.0.1", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "localhost", "Forwarded", "for=203.0.113.7", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "localhost", "X-Real-IP", "127.0.0.1", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "localhost", "Via", "1.1 proxy", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "localhost", "X-Forwarded-Proto", "https", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "localhost", "Test-Protocol", "HTTP/1.0", false)]
    public async Task In_development_it_is_open_to_browsers_on_this_machine_alone(string remote, string local, string host, string header, string value, bool isOpen)
    {
        await using var app = await StartAsync(a => a.MapPeerReplicaDashboard(), "Development");
        using var client = app.CreateNeighbor(remote, local);
        client.DefaultRequestHeaders.Host = host;
        if (header.Length > 0) client.DefaultRequestHeaders.Add(header, value);
        Assert.Equal(isOpen ? HttpStatusCode.OK : HttpStatusCode.NotFound, await client.StatusOf("/peerreplica"));
        Assert.Equal(isOpen ? HttpStatusCode.OK : HttpStatusCode.NotFound, await client.StatusOf("/peerreplica/status"));
    }

    [Fact]
    public async Task A_request_whose_connection_has_no_address_is_not_of_this_machine()
    {
        await using var app = await StartAsync(a => a.MapPeerReplicaDashboard(), "Development");
        using var client = app.CreateClient();
        Assert.Equal(HttpStatusCode.NotFound, await client.StatusOf("/peerreplica"));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("203.0.113.7")]
    public async Task Behind_a_proxy_on_the_same_machine_nobody_is_local(string forwarded)
    {
        // The middleware believes the proxy, puts the client's address in its place, and takes the header away.
        await using var app = await StartAsync(
            a =>
            {
                a.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor });
                a.UseRouting();
                a.MapPeerReplicaDashboard();
            }, "Development");
        using var client = app.CreateNeighbor();
        Assert.Equal(HttpStatusCode.OK, await client.StatusOf("/peerreplica/status"));
        client.DefaultRequestHeaders.Add("X-Forwarded-For", forwarded);
        Assert.Equal(HttpStatusCode.NotFound, await client.StatusOf("/peerreplica/status"));
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task With_a_policy_the_policy_decides_wherever_a_request_comes_from(string environment)
    {
        await using var app = await StartAsync(a => a.MapPeerReplicaDashboard().RequireAuthorization(Operators.Policy), environment);
        foreach (var path in Operators.Paths)
        {
            using var neighbor = app.CreateNeighbor();
            Assert.Equal(HttpStatusCode.Unauthorized, await neighbor.StatusOf(path));
            neighbor.DefaultRequestHeaders.Add("User", "customer");
            Assert.Equal(HttpStatusCode.Forbidden, await neighbor.StatusOf(path));
        }

        using var somebody = app.CreateOperator();
        foreach (var path in Operators.Paths[..3]) Assert.Equal(HttpStatusCode.OK, await somebody.StatusOf(path));
        Assert.DoesNotContain(app.Logs.Entries, e => e.Id.Id == 108);
    }

    [Fact]
    public async Task A_policy_of_a_group_around_it_counts()
    {
        await using var app = await StartAsync(a => a.MapGroup("/admin").RequireAuthorization(Operators.Policy).MapPeerReplicaDashboard("/mesh"));
        using var anybody = app.CreateClient();
        using var somebody = app.CreateOperator();
        Assert.Equal(HttpStatusCode.Unauthorized, await anybody.StatusOf("/admin/mesh/status"));
        Assert.Equal(HttpStatusCode.OK, await somebody.StatusOf("/admin/mesh/status"));
    }

    [Fact]
    public async Task Allowing_anonymous_requests_is_no_policy_with_or_without_one_beside_it()
    {
        await using var app = await StartAsync(a =>
        {
            a.MapPeerReplicaDashboard("/open").AllowAnonymous();
            a.MapGroup("/all").AllowAnonymous().MapPeerReplicaDashboard("/both").RequireAuthorization(Operators.Policy);
        });
        using var somebody = app.CreateOperator();
        Assert.Equal(HttpStatusCode.NotFound, await somebody.StatusOf("/open"));
        Assert.Equal(HttpStatusCode.NotFound, await somebody.StatusOf("/open/status"));
        Assert.Equal(HttpStatusCode.NotFound, await somebody.StatusOf("/all/both/status"));
    }

    [Fact]
    public async Task A_fallback_policy_of_the_app_is_no_policy_of_the_dashboard()
    {
        await using var app = await StartAsync(
            a => a.MapPeerReplicaDashboard(),
            services: s => s.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder("header").RequireAuthenticatedUser().Build()));
        using var customer = app.CreateClient();
        Assert.Equal(HttpStatusCode.Unauthorized, await customer.StatusOf("/peerreplica/status"));
        customer.DefaultRequestHeaders.Add("User", "customer");
        Assert.Equal(HttpStatusCode.NotFound, await customer.StatusOf("/peerreplica/status"));
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    public async Task Another_site_may_link_to_the_page_and_reads_nothing(string header, string value)
    {
        await using var app = await StartAsync(
            a =>
            {
                a.UseCors(p => p.AllowAnyHeader().AllowAnyMethod().SetIsOriginAllowed(_ => true).AllowCredentials());
                a.MapPeerReplicaDashboard().RequireAuthorization(Operators.Policy);
            },
            services: s => s.AddCors());
        using var browser = app.CreateOperator();
        browser.DefaultRequestHeaders.Add(header, value);
        Assert.Equal(HttpStatusCode.OK, await browser.StatusOf("/peerreplica"));
        foreach (var path in Operators.Paths[1..]) Assert.Equal(HttpStatusCode.Forbidden, await browser.StatusOf(path));
    }

    [Fact]
    public async Task Logins_by_cookie_send_people_to_the_login_and_scripts_away()
    {
        await using var app = await StartAsync(
            a => a.MapPeerReplicaDashboard().RequireAuthorization(),
            services: s => s.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie());
        using var anybody = app.CreateClient();
        Assert.Equal(HttpStatusCode.Redirect, await anybody.StatusOf("/peerreplica"));
        foreach (var path in Operators.Paths[1..]) Assert.Equal(HttpStatusCode.Unauthorized, await anybody.StatusOf(path));
    }

    [Fact]
    public async Task Nothing_can_be_changed_through_it()
    {
        await using var app = await StartAsync(a => a.MapPeerReplicaDashboard().RequireAuthorization(Operators.Policy));
        using var somebody = app.CreateOperator();
        foreach (var path in Operators.Paths)
        {
            foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete, HttpMethod.Patch })
            {
                using var request = new HttpRequestMessage(method, path);
                using var response = await somebody.SendAsync(request);
                Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
            }
        }
    }

    [Fact]
    public async Task A_dashboard_that_cannot_work_is_refused_when_it_is_mapped()
    {
        var bare = WebApplication.CreateSlimBuilder().Build();
        Assert.Contains("AddPeerReplica", Assert.Throws<InvalidOperationException>(() => bare.MapPeerReplicaDashboard()).Message, StringComparison.Ordinal);
        await using var app = await StartAsync(_ => { });
        Assert.Throws<ArgumentException>(() => app.App.MapPeerReplicaDashboard("/mesh/{tenant}"));
        var faults = Assert.Throws<ArgumentException>(() => app.App.MapPeerReplicaDashboard(
            configure: o => (o.MaxStreams, o.MaxEntries, o.Interval) = (0, 0, TimeSpan.Zero))).Message;
        Assert.All(["MaxStreams", "MaxEntries", "Interval"], name => Assert.Contains(name, faults, StringComparison.Ordinal));
    }

    private static async Task<WebInstance> StartAsync(
        Action<WebApplication> map, string environment = "Production", Action<IServiceCollection>? services = null)
    {
        var app = WebInstance.Build(
            new InMemoryNetwork(),
            o => (o.Listen, o.AllowUnauthenticated) = (WebCluster.AddressOf(0), true),
            (s, replica) =>
            {
                s.AddOperators();
                services?.Invoke(s);
                replica.AddMap<string, string>("map");
            },
            a =>
            {
                a.UseTestAddresses();
                map(a);
            },
            environment);
        await app.App.StartAsync();
        return app;
    }
}
