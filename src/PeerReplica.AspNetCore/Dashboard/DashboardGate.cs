using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PeerReplica.AspNetCore.Dashboard;

/// <summary>
/// Who may see the dashboard. The app's authorization middleware comes first and answers 401 or 403. What reaches this gate is refused with 404, as if nothing was there, unless the endpoint
/// has a policy that the middleware cannot have skipped, or the request is of a developer at this machine.
/// </summary>
internal sealed class DashboardGate(string path, bool isDevelopment, ILogger logger)
{
    private int _isLogged;

    /// <summary>Lets a request in, or answers it.</summary>
    public bool TryEnter(HttpContext context, bool isPage)
    {
        if (!IsAdmitted(context, out var reason))
        {
            if (Interlocked.Exchange(ref _isLogged, 1) == 0) Log.DashboardClosed(logger, path, reason);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return false;
        }

        // Another site may link to the page, which holds no state. It reads nothing else, whatever the app's CORS policies and cookies allow: the page's own requests have no origin.
        var isForeign = context.Request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site" || context.Request.Headers.ContainsKey("Origin");
        if (isPage || !isForeign) return true;
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return false;
    }

    private bool IsAdmitted(HttpContext context, out string reason)
    {
        reason = "";
        var metadata = context.GetEndpoint()?.Metadata;

        // AllowAnonymous anywhere on the endpoint's way makes the middleware skip every policy.
        var hasPolicy = metadata?.GetMetadata<IAuthorizeData>() is not null;
        if (hasPolicy && metadata!.GetMetadata<IAllowAnonymous>() is null) return true;
        if (!hasPolicy && isDevelopment && LocalRequest.IsLocal(context)) return true;
        reason = hasPolicy ? "it has a policy, but anonymous requests are allowed as well."
            : isDevelopment ? "it has no policy, and the request is not from this machine, or came through a proxy."
            : "it has no policy.";
        return false;
    }
}
