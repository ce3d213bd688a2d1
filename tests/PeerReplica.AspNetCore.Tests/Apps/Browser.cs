using System.Net;

namespace PeerReplica.AspNetCore.Tests.Apps;

/// <summary>A browser with one cookie jar, whose requests go to whichever instance a test says.</summary>
internal sealed class Browser
{
    private readonly Dictionary<string, string> _cookies = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string> Cookies => _cookies;

    public async Task<(HttpStatusCode Status, string Text)> GetAsync(HttpClient instance, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        return await SendAsync(instance, request);
    }

    public async Task<(HttpStatusCode Status, string Text)> PostAsync(HttpClient instance, string path, params (string Name, string Value)[] form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative));
        request.Content = new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        return await SendAsync(instance, request);
    }

    private async Task<(HttpStatusCode Status, string Text)> SendAsync(HttpClient instance, HttpRequestMessage request)
    {
        if (_cookies.Count > 0) request.Headers.Add("Cookie", string.Join("; ", _cookies.Select(c => $"{c.Key}={c.Value}")));
        using var response = await instance.SendAsync(request);
        if (response.Headers.TryGetValues("Set-Cookie", out var set))
        {
            foreach (var cookie in set)
            {
                var (name, value) = (cookie[..cookie.IndexOf('=', StringComparison.Ordinal)], cookie[(cookie.IndexOf('=', StringComparison.Ordinal) + 1)..].Split(';')[0]);
                if (value.Length == 0) _cookies.Remove(name);
                else _cookies[name] = value;
            }
        }

        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
