using System.Text.Json.Nodes;

namespace PeerReplica.SlowTests.Web;

/// <summary>Instances of the shop with dashboards, in processes of their own.</summary>
internal sealed class DashboardShops : IDisposable
{
    private readonly ShopProcess[] _shops;
    private readonly HttpClient _client = new();

    private DashboardShops(ShopProcess[] shops) => _shops = shops;

    public static async Task<DashboardShops> StartAsync(string[] names, string extraObject = "") =>
        new(await ShopProcess.StartWithDashboardAsync(names, extraObject));

    /// <summary>Where an instance serves.</summary>
    public Uri this[int instance] => _shops[instance].Address;

    public void Kill(int instance) => _shops[instance].Kill();

    public async Task PostAsync(int instance, string path)
    {
        using var answer = await _client.PostAsync(new Uri(this[instance], path), null);
        answer.EnsureSuccessStatusCode();
    }

    public async Task SetPriceAsync(int instance, string key, string value) =>
        await PostAsync(instance, $"/price?key={Uri.EscapeDataString(key)}&value={Uri.EscapeDataString(value)}");

    /// <summary>Sells, as soon as the instances have formed.</summary>
    public async Task SellAsync(int instance, int amount)
    {
        for (var left = 300; ; left--)
        {
            using var answer = await _client.PostAsync(new Uri(this[instance], $"/sell/{amount}"), null);
            if (await answer.Content.ReadAsStringAsync() == "true") return;
            Assert.True(left > 0, "nothing can be sold");
            await Task.Delay(50);
        }
    }

    /// <summary>Returns once an instance has the reports of so many.</summary>
    public async Task UntilReportedAsync(int instance, int count)
    {
        for (var left = 600; ; left--)
        {
            var nodes = JsonNode.Parse(await ReadStatusAsync(instance))!["nodes"]!.AsArray();
            if (nodes.Count(n => n!["report"] is not null) == count) return;
            Assert.True(left > 0, "not all have reported");
            await Task.Delay(50);
        }
    }

    /// <summary>The state that the page of an instance is drawn from.</summary>
    public Task<string> ReadStatusAsync(int instance) => _client.GetStringAsync(new Uri(this[instance], "/peerreplica/status"));

    public void Dispose()
    {
        foreach (var shop in _shops) shop.Dispose();
        _client.Dispose();
    }
}
