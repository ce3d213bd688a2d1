using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace PeerReplica.AspNetCore.Dashboard;

/// <summary>Answers the dashboard's requests, each of which the gate has let in.</summary>
internal sealed class DashboardEndpoints(DashboardGate gate, Lazy<DashboardServices> services)
{
    /// <summary>Reading entries runs the app's serializers, and may look at many entries: not more than so many requests do it at once.</summary>
    private const int MaxReaders = 2;

    private int _readers;

    public Task PageAsync(HttpContext context) => Enter(context, isPage: true) ? DashboardPage.ServeAsync(context) : Task.CompletedTask;

    public Task StatusAsync(HttpContext context) =>
        Enter(context, isPage: false) ? WriteJsonAsync(context, services.Value.Feed.Read()) : Task.CompletedTask;

    public Task StreamAsync(HttpContext context) => Enter(context, isPage: false) ? services.Value.Stream.ServeAsync(context) : Task.CompletedTask;

    public async Task EntriesAsync(HttpContext context)
    {
        if (!Enter(context, isPage: false)) return;
        var name = context.Request.Query["name"].ToString();
        var reader = services.Value.Reader;

        // Whether the object exists makes no difference to who may not see it.
        if (!reader.Shows(name) || services.Value.Replica.Objects.All(o => o.Name != name))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (Interlocked.Increment(ref _readers) > MaxReaders)
        {
            Interlocked.Decrement(ref _readers);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "1";
            return;
        }

        byte[] json;
        try
        {
            var contains = context.Request.Query["contains"].ToString();
            json = JsonSerializer.SerializeToUtf8Bytes(reader.ReadEntries(name, contains), DashboardJson.Default.EntriesView);
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
        }

        await WriteJsonAsync(context, json).ConfigureAwait(false);
    }

    /// <summary>What every answer has, also a refusal.</summary>
    private bool Enter(HttpContext context, bool isPage)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return gate.TryEnter(context, isPage);
    }

    private static Task WriteJsonAsync(HttpContext context, byte[] json)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }
}
