using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using PeerReplica.AspNetCore.Dashboard;
using PeerReplica.AspNetCore.Tests.Apps;
using PeerReplica.DependencyInjection;
using PeerReplica.Transport;

namespace PeerReplica.AspNetCore.Tests.Dashboard;

/// <summary>One instance with a dashboard for operators.</summary>
internal static class DashboardApp
{
    public static async Task<WebInstance> StartAsync(
        Action<IPeerReplicaBuilder>? objects = null, Action<PeerReplicaDashboardOptions>? dashboard = null, Action<IServiceCollection>? services = null,
        string nodeName = "node-0")
    {
        var instance = WebInstance.Build(
            new InMemoryNetwork(),
            o => (o.NodeName, o.Listen, o.AllowUnauthenticated) = (nodeName, WebCluster.AddressOf(0), true),
            (s, replica) =>
            {
                s.AddOperators();
                services?.Invoke(s);
                objects?.Invoke(replica);
            },
            app => app.MapPeerReplicaDashboard(configure: dashboard).RequireAuthorization(Operators.Policy));
        await instance.App.StartAsync();
        await instance.Replica.WaitUntilSyncedAsync().WaitAsync(WebCluster.Patience);
        return instance;
    }

    public static async Task<JsonElement> ReadAsync(this HttpClient client, string path = "/peerreplica/status")
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
        response.EnsureSuccessStatusCode();
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }

    public static JsonElement Named(this JsonElement list, string name) => list.EnumerateArray().Single(e => e.GetProperty("name").GetString() == name);

    public static string Text(this JsonElement element, string property) => element.GetProperty(property).ToString();
}
