using Microsoft.Playwright;

namespace PeerReplica.SlowTests.Web;

/// <summary>The system's Chromium, driven by Playwright. No browser is downloaded.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Where pictures are left; null: none are made.</summary>
    public static string? PictureFolder { get; } =
        Environment.GetEnvironmentVariable("PEERREPLICA_SCREENSHOTS") is { Length: > 0 } folder ? folder : null;

    public async Task InitializeAsync()
    {
        if (Tools.PathOf("chromium") is not { } chromium) return;
        _playwright = await Playwright.CreateAsync();

        // The sandbox needs a user that is not root. The pages are the tests' own.
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = ["--no-sandbox"] });
    }

    /// <summary>An empty page in a window of a theme and width, and the errors and warnings of its console.</summary>
    internal async Task<(IPage Page, List<string> Errors)> NewPageAsync(ColorScheme theme = ColorScheme.Light, int width = 1280)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            ColorScheme = theme,
            ViewportSize = new() { Width = width, Height = 900 },
            ReducedMotion = ReducedMotion.Reduce,
        });
        var page = await context.NewPageAsync();
        var errors = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") errors.Add($"{message.Type}: {message.Text} {message.Location}");
        };
        page.PageError += (_, error) => errors.Add(error);
        return (page, errors);
    }

    /// <summary>The dashboard of an instance, once it follows.</summary>
    internal async Task<(IPage Page, List<string> Errors)> OpenAsync(
        Uri address, ColorScheme theme = ColorScheme.Light, int width = 1280)
    {
        var (page, errors) = await NewPageAsync(theme, width);
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
