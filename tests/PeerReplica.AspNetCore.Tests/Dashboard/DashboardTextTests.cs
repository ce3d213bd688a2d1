using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;

namespace PeerReplica.AspNetCore.Tests.Dashboard;

/// <summary>The page, and that text of apps stays text in every answer.</summary>
public sealed partial class DashboardTextTests
{
    private const string Script = "</script><script>alert('ö')</script><img src=x onerror=\"alert(1)\">\n\ndata: forged\u2028";

    [Theory]
    [InlineData("/peerreplica/status")]
    [InlineData("/peerreplica/stream")]
    [InlineData("/peerreplica/entries?name=map")]
    public async Task Script_in_a_key_a_value_or_a_name_stays_text(string path)
    {
        await using var app = await DashboardApp.StartAsync(
            o => o.AddMap<string, string>("map").AddRegister<string>(Script).AddBoundedCounter($"{Script} counter", 5).AddNodeReport(n => n.AddText(Script[..60], _ => Script)),
            o => o.ShowValues = true, nodeName: Script);
        app.Replica.GetMap<string, string>("map").Set(Script, Script);
        app.Replica.GetRegister<string>(Script).Set(Script);
        using var client = app.CreateOperator();
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var isStream = path.EndsWith("stream", StringComparison.Ordinal);
        var text = isStream ? $"{await reader.ReadLineAsync()}\n{await reader.ReadLineAsync()}" : await reader.ReadToEndAsync();
        Assert.DoesNotContain('<', text);
        Assert.DoesNotContain('>', text);
        Assert.DoesNotContain('\u2028', text);

        // One line of data for each event: what was forged is within it.
        var json = isStream ? text.Split('\n')[1]["data: ".Length..] : text;
        Assert.Contains(Script, Strings(JsonDocument.Parse(json).RootElement));
    }

    [Fact]
    public async Task The_page_is_one_file_that_runs_its_own_script_alone()
    {
        await using var app = await DashboardApp.StartAsync(o => o.AddRegister<string>(Script), nodeName: Script);
        using var client = app.CreateOperator();
        using var response = await client.GetAsync(new Uri("/peerreplica", UriKind.Relative));
        var page = await response.Content.ReadAsStringAsync();
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none'; ", policy, StringComparison.Ordinal);
        Assert.All(["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "connect-src 'self'", "require-trusted-types-for 'script'"], p => Assert.Contains(p, policy, StringComparison.Ordinal));
        Assert.Contains($"script-src {HashOf(page, "script")};", policy, StringComparison.Ordinal);
        Assert.Contains($"style-src {HashOf(page, "style")};", policy, StringComparison.Ordinal);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());

        // Nothing is fetched from elsewhere, nothing is named in the page, and nothing of an app becomes markup.
        Assert.DoesNotMatch(@"(src|href)=""(?!#|data:,"")", page);
        Assert.DoesNotContain("alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(|new Function|DOMParser", page);
        Assert.DoesNotMatch(@" style=| on[a-z]+=""", page);
    }

    [Theory]
    [InlineData("/peerreplica")]
    [InlineData("/peerreplica/")]
    public async Task The_page_finds_the_rest_below_its_own_path(string path)
    {
        await using var app = await DashboardApp.StartAsync();
        using var client = app.CreateOperator();
        Assert.Equal(System.Net.HttpStatusCode.OK, await client.StatusOf(path));
    }

    private static string HashOf(string page, string tag)
    {
        var text = Assert.Single(Regex.Matches(page, $"<{tag}>(.*?)</{tag}>", RegexOptions.Singleline)).Groups[1].Value;
        return $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";
    }

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Strings(p.Value)),
        _ => [],
    };
}
