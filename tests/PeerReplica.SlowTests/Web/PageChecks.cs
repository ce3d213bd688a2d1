using Microsoft.Playwright;

namespace PeerReplica.SlowTests.Web;

/// <summary>What tests of the dashboard's page look for in it.</summary>
internal static class PageChecks
{
    private static readonly string s_axe =
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Web", "axe-core", "axe.min.js"));

    /// <summary>The row of a table, or of the body of one, that contains a text.</summary>
    public static ILocator RowOf(this IPage page, string table, string text) =>
        page.Locator($"#{table} tr:has(td)", new() { HasText = text });

    /// <summary>A column of a row, as people count: the first is 1.</summary>
    public static ILocator Cell(this ILocator row, int column) => row.Locator($"td:nth-child({column})");

    /// <summary>Presses the tab key until an element has the focus.</summary>
    public static async Task TabToAsync(this IPage page, string selector)
    {
        for (var left = 120; ; left--)
        {
            if (await page.EvaluateAsync<bool>("s => document.activeElement?.matches(s)", selector)) return;
            Assert.True(left > 0, $"{selector} cannot be reached with the tab key");
            await page.Keyboard.PressAsync("Tab");
        }
    }

    /// <summary>
    /// Fails on what axe-core finds against WCAG 2.2 A and AA and its best practices, and on a page wider than its window.
    /// </summary>
    public static async Task CheckAccessibilityAsync(this IPage page)
    {
        if (!await page.EvaluateAsync<bool>("'axe' in window")) await page.EvaluateAsync(s_axe);
        var violations = await page.EvaluateAsync<string[]>(
            """
            async () => {
              const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
              const found = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
              const textOf = nodes => nodes.slice(0, 3).map(n => `${n.html} ${n.failureSummary}`).join(" | ");
              return found.violations.map(v => `${v.id}: ${v.help}: ${textOf(v.nodes)}`);
            }
            """);
        Assert.True(violations.Length == 0, string.Join('\n', violations));
        var (wide, window) = (await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), page.ViewportSize!.Width);
        Assert.True(wide <= window, $"The page is {wide} px wide in a window of {window} px.");
    }

    /// <summary>Fails if names in the mesh overlap each other or are cut off at its edge.</summary>
    public static async Task CheckMeshNamesAsync(this IPage page)
    {
        var faults = await page.EvaluateAsync<string[]>(
            """
            () => {
              const edge = document.getElementById("mesh").getBoundingClientRect();

              // The corners of a name, which may be turned.
              const cornersOf = text => {
                const [box, matrix] = [text.getBBox(), text.getScreenCTM()];
                const xs = [box.x, box.x + box.width];
                const ys = [box.y, box.y + box.height];
                return [[0, 0], [1, 0], [1, 1], [0, 1]].map(([x, y]) => new DOMPoint(xs[x], ys[y]).matrixTransform(matrix));
              };
              const texts = [...document.querySelectorAll("#mesh text.label")];
              const names = texts.map(t => ({ text: t.textContent, corners: cornersOf(t) }));
              const isInside = p => p.x >= edge.left && p.x <= edge.right && p.y >= edge.top && p.y <= edge.bottom;

              // Two names are apart if a line along a side of one is between them.
              const isBetween = (a, b) => a.some((from, i) => {
                const to = a[(i + 1) % 4];
                const at = p => (to.x - from.x) * (p.y - from.y) - (to.y - from.y) * (p.x - from.x);
                return b.every(p => at(p) < 0) && a.every(p => at(p) >= -0.001);
              });
              return names.flatMap((a, i) => [
                ...(a.corners.every(isInside) ? [] : [`${a.text} is cut off`]),
                ...names.slice(i + 1).filter(b => !isBetween(a.corners, b.corners) && !isBetween(b.corners, a.corners))
                  .map(b => `${a.text} overlaps ${b.text}`)]);
            }
            """);
        Assert.True(faults.Length == 0, string.Join('\n', faults));
    }

    /// <summary>Leaves a picture of the page, where a folder for them is named.</summary>
    public static async Task ShootAsync(this IPage page, string name, bool isWhole = true)
    {
        if (PathFor(name) is { } path) await page.ScreenshotAsync(new() { Path = path, FullPage = isWhole });
    }

    /// <summary>Leaves a picture of a part of the page, where a folder for them is named.</summary>
    public static async Task ShootAsync(this ILocator part, string name)
    {
        if (PathFor(name) is { } path) await part.ScreenshotAsync(new() { Path = path });
    }

    private static string? PathFor(string name) => BrowserFixture.PictureFolder is { } folder ? Path.Combine(folder, $"{name}.png") : null;
}
