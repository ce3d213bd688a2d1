using Microsoft.Playwright;

namespace PeerReplica.SlowTests.Web;

/// <summary>Debian's Chromium, driven by Playwright. No browser is downloaded.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (Tools.PathOf("chromium") is not { } chromium) return;
        _playwright = await Playwright.CreateAsync();

        // The sandbox needs a user that is not root. The pages are the tests' own.
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = ["--no-sandbox"] });
    }

    /// <summary>A page of its own, with what its console said that is an error.</summary>
    internal async Task<(IPage Page, List<string> Errors)> OpenAsync(
        Uri address, ColorScheme theme = ColorScheme.Light, int width = 1280, int height = 900, bool bypassPolicy = false)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            ColorScheme = theme, ViewportSize = new() { Width = width, Height = height }, BypassCSP = bypassPolicy, ReducedMotion = ReducedMotion.Reduce,
        });
        var page = await context.NewPageAsync();
        var errors = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") errors.Add($"{message.Type}: {message.Text} {message.Location}");
        };
        page.PageError += (_, error) => errors.Add(error);
        await page.GotoAsync(new Uri(address, "/peerreplica").ToString());
        await Assertions.Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
        return (page, errors);
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
