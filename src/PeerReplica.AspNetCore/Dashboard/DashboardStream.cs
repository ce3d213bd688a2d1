using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace PeerReplica.AspNetCore.Dashboard;

/// <summary>Serves one browser that follows, as server-sent events.</summary>
internal sealed class DashboardStream(DashboardFeed feed, PeerReplicaDashboardOptions options, IHostApplicationLifetime lifetime, TimeProvider time)
{
    public async Task ServeAsync(HttpContext context)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested || !feed.TryFollow())
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "10";
            return;
        }

        using var spent = new CancellationTokenSource(options.MaxStreamTime, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping, spent.Token);
        try
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers["X-Accel-Buffering"] = "no";
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

            // The first update is there at once, and a browser that is cut off comes back after this many milliseconds.
            var next = feed.NextAsync();
            if (!await TrySendAsync(context, "retry: 2000\ndata: "u8.ToArray(), feed.Read(), end.Token).ConfigureAwait(false)) return;
            while (true)
            {
                var state = await next.WaitAsync(end.Token).ConfigureAwait(false);
                next = feed.NextAsync();
                if (!await TrySendAsync(context, "data: "u8.ToArray(), state, end.Token).ConfigureAwait(false)) return;
            }
        }
        catch (OperationCanceledException)
        {
            // It left, the app stops, or it has to be authorized anew: the browser connects again.
        }
        finally
        {
            feed.Leave();
        }
    }

    /// <summary>Sends one update. A browser that does not take it in time is disconnected.</summary>
    private async Task<bool> TrySendAsync(HttpContext context, byte[] prefix, byte[] state, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(options.SendTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            var body = context.Response.Body;
            await body.WriteAsync(prefix, either.Token).ConfigureAwait(false);
            await body.WriteAsync(state, either.Token).ConfigureAwait(false);
            await body.WriteAsync("\n\n"u8.ToArray(), either.Token).ConfigureAwait(false);
            await body.FlushAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            context.Abort();
            return false;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
