using System.Net;
using Microsoft.AspNetCore.Http;

namespace PeerReplica.AspNetCore.Dashboard;

/// <summary>
/// Whether a request comes from a browser on this machine, and not through a proxy on it: every request that such a proxy passes on comes from loopback too.
/// </summary>
internal static class LocalRequest
{
    /// <summary>What proxies add, and what the forwarded headers middleware leaves behind where it believed them.</summary>
    private static readonly string[] s_marksOfProxies =
    [
        "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Server", "X-Forwarded-Prefix",
        "X-Original-For", "X-Original-Host", "X-Original-Proto", "X-Original-Prefix", "X-Original-URL", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP",
        "X-ProxyUser-Ip", "Via", "True-Client-IP", "CF-Connecting-IP", "CF-Ray", "Fastly-Client-IP", "X-Envoy-External-Address", "X-Request-Start", "X-ARR-ClientCert",
    ];

    public static bool IsLocal(HttpContext context)
    {
        var request = context.Request;
        return context.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote)
            && context.Connection.LocalIpAddress is { } local && IPAddress.IsLoopback(local)

            // A page elsewhere whose name resolves to this machine (DNS rebinding) is asked for by that name.
            && IsLocalName(request.Host.Host)

            // nginx speaks 1.0 to the server behind it unless told otherwise, and adds no header; no browser does.
            && !HttpProtocol.IsHttp10(request.Protocol) && !HttpProtocol.IsHttp09(request.Protocol)
            && !Array.Exists(s_marksOfProxies, request.Headers.ContainsKey);
    }

    private static bool IsLocalName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
