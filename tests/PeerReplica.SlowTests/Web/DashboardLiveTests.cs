using System.Text.RegularExpressions;
using static Microsoft.Playwright.Assertions;

namespace PeerReplica.SlowTests.Web;

/// <summary>The dashboard's page follows what happens at real instances.</summary>
[Collection(BrowserCollection.Name)]
public sealed partial class DashboardLiveTests(BrowserFixture browser)
{
    /// <summary>How soon a killed instance has to show, in milliseconds: its connections close at once.</summary>
    private const float Soon = 5_000;

    [ToolFact("chromium")]
    public async Task Values_move_and_a_killed_instance_shows_within_seconds()
    {
        using var shops = await DashboardShops.StartAsync(["web-0", "web-1", "web-2"]);
        var (page, errors) = await browser.OpenAsync(shops[0]);
        await Expect(page.Locator("#connected")).ToHaveTextAsync("3 of 3");
        await Expect(page.Locator("#restart")).ToHaveTextAsync("Go ahead", new() { Timeout = 20_000 });
        await Expect(page.Locator("#mesh g.node.up")).ToHaveCountAsync(3);
        await Expect(page.Locator("#mesh line.link.up")).ToHaveCountAsync(6);

        // What is written at another instance moves here: a counter, a bounded counter, entries, and the charts.
        for (var visits = 1; visits <= 2; visits++)
        {
            await shops.PostAsync(1, "/visit");
            await Expect(page.RowOf("objects", "visits").Cell(6)).ToHaveTextAsync($"{visits}");
        }

        await shops.SellAsync(1, 100);
        await Expect(page.RowOf("audits", "tickets").Cell(3)).ToHaveTextAsync("100");
        await shops.PostAsync(1, "/fill/500");
        await Expect(page.RowOf("objects", "prices").Cell(3)).ToHaveTextAsync("500");
        var traffic = page.Locator("figure", new() { HasText = "Traffic" });
        await Expect(traffic.Locator("path.series").First).ToHaveAttributeAsync("d", AtLeastTwoPoints());
        await Expect(traffic.Locator(".legend .latest").First).ToHaveTextAsync(Rate());
        await page.ShootAsync("live-light");

        shops.Kill(2);
        await Expect(page.Locator("#connected")).ToHaveTextAsync("2 of 3", new() { Timeout = Soon });
        await Expect(page.RowOf("nodes", "web-2").Cell(2)).ToHaveTextAsync("unreachable");
        await Expect(page.Locator("#mesh g.node.down")).ToHaveCountAsync(1);
        await Expect(page.Locator("#mesh line.link.up")).ToHaveCountAsync(2);
        await Expect(page.Locator("#mesh line.link.down")).ToHaveCountAsync(2);
        await Expect(page.Locator("#restart")).ToHaveTextAsync("Wait");
        await Expect(page.Locator("#restart-reasons")).ToContainTextAsync("web-2");
        await Expect(page.Locator("#events")).ToContainTextAsync("cannot be reached");

        // What another instance reports of it.
        await page.Locator("#mesh g.node", new() { HasText = "web-1" }).ClickAsync();
        await Expect(page.Locator("#view-title")).ToHaveTextAsync("View of web-1");
        await Expect(page.RowOf("view-links", "web-2").Cell(2)).ToHaveTextAsync("unreachable");
        await Expect(page.Locator("#view-facts")).ToContainTextAsync("36.5 °C");
        await page.ShootAsync("killed-light");
        Assert.Empty(errors);

        // The one that serves the page: what is shown is marked as old, and stays readable.
        shops.Kill(0);
        await Expect(page.Locator("#connection")).ToContainTextAsync("Disconnected", new() { Timeout = Soon });
        await page.CheckAccessibilityAsync();
        await page.ShootAsync("disconnected-light", isWhole: false);
        await page.Context.CloseAsync();
    }

    [GeneratedRegex(@"^M[\d. ]+L")]
    private static partial Regex AtLeastTwoPoints();

    [GeneratedRegex(@"^[1-9][\d.]* (B|KiB|MiB)/s$")]
    private static partial Regex Rate();
}
