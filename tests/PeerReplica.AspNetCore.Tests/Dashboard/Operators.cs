using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PeerReplica.AspNetCore.Tests.Apps;

namespace PeerReplica.AspNetCore.Tests.Dashboard;

/// <summary>Apps with a policy for operators, whose users say who they are in a header; and clients that say where they are.</summary>
internal static class Operators
{
    public const string Policy = "operators";

    /// <summary>The paths of a dashboard at the default path.</summary>
    public static readonly string[] Paths = ["/peerreplica", "/peerreplica/status", "/peerreplica/stream", "/peerreplica/entries?name=map"];

    public static void AddOperators(this IServiceCollection services)
    {
        services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, HeaderHandler>("header", null);
        services.AddAuthorizationBuilder().AddPolicy(Policy, p => p.RequireRole("operator"));
    }

    /// <summary>Takes the addresses of a connection from headers of the test: served in memory, a request has none.</summary>
    public static void UseTestAddresses(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.Request.Headers.Remove("Test-Remote", out var remote)) context.Connection.RemoteIpAddress = IPAddress.Parse(remote.ToString());
        if (context.Request.Headers.Remove("Test-Local", out var local)) context.Connection.LocalIpAddress = IPAddress.Parse(local.ToString());
        if (context.Request.Headers.Remove("Test-Protocol", out var protocol)) context.Request.Protocol = protocol.ToString();
        return next(context);
    });

    public static HttpClient CreateOperator(this WebInstance instance)
    {
        var client = instance.CreateClient();
        client.DefaultRequestHeaders.Add("User", "operator");
        return client;
    }

    /// <summary>A client on the server's machine.</summary>
    public static HttpClient CreateNeighbor(this WebInstance instance, string remote = "127.0.0.1", string local = "127.0.0.1")
    {
        var client = instance.CreateClient();
        client.DefaultRequestHeaders.Add("Test-Remote", remote);
        client.DefaultRequestHeaders.Add("Test-Local", local);
        return client;
    }

    public static async Task<HttpStatusCode> StatusOf(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        return response.StatusCode;
    }

    private sealed class HeaderHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var user = Request.Headers["User"].ToString();
            if (user.Length == 0) return Task.FromResult(AuthenticateResult.NoResult());
            var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, user), new Claim(ClaimTypes.Role, user)], "header");
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), "header")));
        }
    }
}
