using System.Net;

namespace PeerReplica.SlowTests.Web;

/// <summary>A browser whose requests go to whichever instance a test says. Cookies do not depend on the port.</summary>
internal sealed class Shopper : IDisposable
{
    private readonly HttpClient _client = new(new HttpClientHandler { CookieContainer = new CookieContainer() });

    public Task<string> GetAsync(ShopProcess shop, string path) => SendAsync(HttpMethod.Get, shop, path, null);

    public async Task<string> PostAsync(ShopProcess shop, string path, params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        return await SendAsync(HttpMethod.Post, shop, path, content);
    }

    /// <summary>Reads again and again until the answer is the one expected.</summary>
    public async Task UntilAsync(ShopProcess shop, string path, Func<string, bool> expected)
    {
        for (var left = 200; ; left--)
        {
            var answer = await GetAsync(shop, path);
            if (expected(answer)) return;
            Assert.True(left > 0, $"{path} still answers '{answer}'");
            await Task.Delay(20);
        }
    }

    /// <summary>All instances are reached under one name, as behind a load balancer: the output cache keeps responses by it.</summary>
    private async Task<string> SendAsync(HttpMethod method, ShopProcess shop, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, new Uri(shop.Address, path)) { Content = content };
        request.Headers.Host = "shop.example";
        using var response = await _client.SendAsync(request);
        return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : $"{(int)response.StatusCode}";
    }

    public void Dispose() => _client.Dispose();
}
