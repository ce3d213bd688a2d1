using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace PeerReplica.SlowTests.Web;

/// <summary>
/// The dashboard's page in both themes, in wide and narrow windows, with the worst names there may be, and a killed instance.
/// </summary>
[Collection(BrowserCollection.Name)]
public sealed class DashboardAccessibilityTests(BrowserFixture browser, DashboardAccessibilityTests.Fixture fixture)
    : IClassFixture<DashboardAccessibilityTests.Fixture>
{
    private const string Script = "<img src=x onerror=\"window.hacked=1\"></script><script>window.hacked=1</script>";
    private static readonly string s_longest = string.Concat(Enumerable.Repeat("averylongname", 10))[..128];

    [ToolTheory("chromium")]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 500)]
    [InlineData(ColorScheme.Dark, 500)]
    public async Task Nobody_is_shut_out_by_contrast_labels_or_size(ColorScheme theme, int width)
    {
        var (page, errors) = await browser.OpenAsync(fixture.Shops[0], theme, width);
        await Expect(page.Locator("#connected")).ToHaveTextAsync("2 of 3");
        await Expect(page.RowOf("audits", "tickets").Cell(3)).ToHaveTextAsync("300");
        await Expect(page.Locator("#findings li").First).ToBeVisibleAsync();
        var ground = await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        Assert.Equal(theme == ColorScheme.Dark ? "rgb(16, 20, 24)" : "rgb(244, 245, 247)", ground);
        var name = $"{theme}-{width}".ToLowerInvariant();
        await page.CheckAccessibilityAsync();
        await page.CheckMeshNamesAsync();
        await page.ShootAsync($"page-{name}");

        // With instances that the filter leaves out, and a heading that has the focus.
        await page.Locator("#filter").FillAsync("web");
        await page.Locator("#nodes th button").First.FocusAsync();
        await page.CheckAccessibilityAsync();
        await page.ShootAsync($"filtered-{name}", isWhole: false);
        await page.Locator("#filter").FillAsync("");

        await page.RowOf("objects", "prices").Locator("button").ClickAsync();
        await Expect(page.Locator("#inspect-rows tr")).ToHaveCountAsync(21);
        await page.CheckAccessibilityAsync();
        await page.ShootAsync($"inspect-{name}", isWhole: false);
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    [ToolFact("chromium")]
    public async Task Script_in_a_name_a_key_or_a_value_stays_text()
    {
        var (page, errors) = await browser.OpenAsync(fixture.Shops[0]);
        await Expect(page.Locator("#self")).ToContainTextAsync(Script);
        await Expect(page.RowOf("nodes", "onerror").Locator("button")).ToHaveTextAsync(Script);
        await Expect(page.RowOf("objects", "onerror").Locator("button")).ToHaveTextAsync(Script);
        await Expect(page.Locator("#events")).ToContainTextAsync(Script);
        await page.RowOf("objects", "prices").Locator("button").ClickAsync();
        await page.Locator("#inspect-filter").FillAsync("onerror");
        await Expect(page.Locator("#inspect-rows tr")).ToHaveCountAsync(1);
        await Expect(page.Locator("#inspect-rows td").First).ToHaveTextAsync(Script);
        await Expect(page.Locator("#inspect-rows td").Last).ToHaveTextAsync(Script);
        Assert.True(await page.EvaluateAsync<bool>("window.hacked === undefined"));
        Assert.Equal((0, 1), (await page.Locator("img").CountAsync(), await page.Locator("script").CountAsync()));
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    [ToolTheory("chromium")]
    [InlineData(1, 500)]
    [InlineData(7, 1280)]
    [InlineData(8, 500)]
    [InlineData(13, 1280)]
    [InlineData(30, 1280)]
    [InlineData(30, 500)]
    public async Task Clusters_of_every_size_are_drawn_with_names_that_can_be_read(int count, int width)
    {
        // The instance refuses the stream, as it does when too many follow. The page asks for the status instead.
        var (page, errors) = await browser.NewPageAsync(width: width);
        var status = LargeCluster.Of(await fixture.Shops.ReadStatusAsync(0), count);
        await page.RouteAsync("**/stream", r => r.FulfillAsync(new() { Status = 503 }));
        await page.RouteAsync("**/status", r => r.FulfillAsync(new() { ContentType = "application/json", Body = status }));
        await page.GotoAsync(new Uri(fixture.Shops[0], "/peerreplica").ToString());
        await Expect(page.Locator("#connection")).ToHaveTextAsync("Every 10 s");
        await Expect(page.Locator("#mesh g.node")).ToHaveCountAsync(count);
        await Expect(page.Locator("#mesh line.link.up")).ToHaveCountAsync(count * (count - 1));
        await page.CheckMeshNamesAsync();
        await page.Locator("section.mesh").ShootAsync($"cluster-{count}-{width}");
        Assert.All(errors, e => Assert.Contains("503", e, StringComparison.Ordinal));
        await page.Context.CloseAsync();
    }

    /// <summary>Three instances, of which the third was killed after things were sold, held and written.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private DashboardShops? _shops;

        internal DashboardShops Shops => _shops!;

        public async Task InitializeAsync()
        {
            if (Tools.WhyNot("chromium") is not null) return;
            _shops = await DashboardShops.StartAsync([Script, s_longest, "web-2"], extraObject: Script);
            await Shops.UntilReportedAsync(0, 3);
            await Shops.SellAsync(0, 300);
            await Shops.PostAsync(0, "/hold/50");
            await Shops.PostAsync(0, "/fill/20");
            await Shops.SetPriceAsync(0, Script, Script);
            Shops.Kill(2);
        }

        public Task DisposeAsync()
        {
            _shops?.Dispose();
            return Task.CompletedTask;
        }
    }
}
