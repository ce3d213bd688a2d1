using static Microsoft.Playwright.Assertions;

namespace PeerReplica.SlowTests.Web;

/// <summary>The dashboard's page without a mouse.</summary>
[Collection(BrowserCollection.Name)]
public sealed class DashboardKeyboardTests(BrowserFixture browser)
{
    [ToolFact("chromium")]
    public async Task Everything_can_be_done_with_the_keyboard_alone()
    {
        using var shops = await DashboardShops.StartAsync(["web-0", "web-1", "web-2"]);
        await shops.SetPriceAsync(0, "apple", "1");
        await shops.SetPriceAsync(0, "pear", "2");
        await shops.SellAsync(0, 1);
        var (page, errors) = await browser.OpenAsync(shops[0]);
        await Expect(page.Locator("#connected")).ToHaveTextAsync("3 of 3");
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator(".skip")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("main")).ToBeFocusedAsync();

        // Into the mesh, and from instance to instance. Updates do not take the focus away.
        await page.TabToAsync("#mesh g.node.chosen");
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Locator("#mesh g.node[aria-pressed=true]")).ToBeFocusedAsync();
        var second = await page.Locator("#view-title").TextContentAsync();
        Assert.NotEqual("View of web-0", second);
        var records = await page.Locator("#records").TextContentAsync();
        await shops.SetPriceAsync(1, "plum", "3");
        await Expect(page.Locator("#records")).Not.ToHaveTextAsync(records!);
        await Expect(page.Locator("#mesh g.node.chosen")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(page.Locator("#view-title")).Not.ToHaveTextAsync(second!);
        await page.Keyboard.PressAsync("Home");
        await Expect(page.Locator("#view-title")).ToHaveTextAsync("View of web-0");

        // Sort, filter, inspect an object, and return to where one was.
        await page.TabToAsync("#objects th:nth-child(3) button");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#objects th:nth-child(3)")).ToHaveAttributeAsync("aria-sort", "ascending");
        await page.Keyboard.PressAsync("/");
        await Expect(page.Locator("#filter")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("prices");
        await Expect(page.Locator("#objects tbody tr")).ToHaveCountAsync(1);
        await page.TabToAsync("#objects tbody button");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#inspect")).ToBeVisibleAsync();
        await Expect(page.Locator("#inspect-rows tr")).ToHaveCountAsync(3);
        await page.TabToAsync("#inspect-filter");
        await page.Keyboard.TypeAsync("app");
        await Expect(page.Locator("#inspect-rows tr")).ToHaveCountAsync(1);
        await page.TabToAsync("#inspect-close");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#inspect")).ToBeHiddenAsync();
        await Expect(page.Locator("#objects tbody button")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#filter")).ToHaveValueAsync("");
        await Expect(page.Locator("#objects tbody tr")).Not.ToHaveCountAsync(1);

        // Pause, choose a theme.
        await page.TabToAsync("#pause");
        await page.Keyboard.PressAsync("Space");
        await Expect(page.Locator("#connection")).ToHaveTextAsync("Paused");
        await page.Keyboard.PressAsync("Space");
        await Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
        await page.TabToAsync("#theme");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");

        await EveryControlIsReachedAsync(page);
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    /// <summary>Once around with the tab key: every control gets the focus, is in the window then, and shows the focus.</summary>
    private static async Task EveryControlIsReachedAsync(Microsoft.Playwright.IPage page)
    {
        var count = await page.EvaluateAsync<int>(
            """
            () => {
              document.activeElement.blur();
              window.scrollTo(0, 0);
              const all = document.querySelectorAll("a[href], button, input, select, [tabindex='0']");
              window.controls = new Set([...all].filter(c => c.checkVisibility()));
              return window.controls.size;
            }
            """);
        Assert.InRange(count, 40, 200);
        for (var i = 0; i < count + 2; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            var fault = await page.EvaluateAsync<string>(
                """
                () => {
                  const node = document.activeElement;
                  if (node === document.body) return "";
                  window.controls.delete(node);
                  const ring = node.querySelector("circle.ring");
                  const style = getComputedStyle(node);
                  const hasOutline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
                  const isMarked = ring ? getComputedStyle(ring).display !== "none" : hasOutline;
                  const box = node.getBoundingClientRect();
                  const isSeen = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
                  if (isMarked && isSeen) return "";
                  return `${node.outerHTML.slice(0, 200)}: marked ${isMarked}, in the window ${isSeen}`;
                }
                """);
            Assert.Equal("", fault);
        }

        Assert.Empty(await page.EvaluateAsync<string[]>("() => [...window.controls].map(c => c.outerHTML.slice(0, 200))"));
    }
}
