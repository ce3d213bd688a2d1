using System.Net;
using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace PeerReplica.SlowTests.Web;

/// <summary>The dashboard in a browser, before real instances. With PEERREPLICA_SCREENSHOTS a folder, it also leaves pictures there.</summary>
public sealed class DashboardTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const string Hostile = "<img src=x onerror=\"window.hacked=1\"></script><script>window.hacked=1</script>";
    private static readonly string[] s_three = ["web-0", "web-1", "web-2"];

    [ToolFact("chromium")]
    public async Task A_killed_instance_shows_within_seconds_and_values_move()
    {
        var shops = await ShopProcess.StartWithDashboardAsync(s_three);
        using var client = new HttpClient();
        try
        {
            var (page, errors) = await browser.OpenAsync(shops[0].Address);
            await Expect(page.Locator("#connected")).ToHaveTextAsync("3 of 3");
            await Expect(page.Locator("#restart")).ToHaveTextAsync("Go ahead", new() { Timeout = 20_000 });
            await Expect(page.Locator("#mesh g.node.up")).ToHaveCountAsync(3);
            await Expect(page.Locator("#mesh line.link.up")).ToHaveCountAsync(6);

            // What happens at another instance moves here: a counter, a bounded counter, an entry.
            for (var i = 1; i <= 3; i++)
            {
                await PostAsync(client, shops[1], "/visit");
                await Expect(RowOf(page, "objects", "visits").Locator("td").Last).ToHaveTextAsync($"{i}");
            }

            await SellAsync(client, shops[1], 100);
            await Expect(RowOf(page, "audits", "tickets").Locator("td").Nth(2)).ToHaveTextAsync("100");
            await PostAsync(client, shops[1], "/fill/500");
            await Expect(RowOf(page, "objects", "prices").Locator("td").Nth(2)).ToHaveTextAsync("500");
            await Expect(page.Locator("figure", new() { HasText = "Throughput" }).Locator("path.series").First).ToHaveAttributeAsync("d", new System.Text.RegularExpressions.Regex("L"));
            await ShootAsync(page, "three-light");

            shops[2].Kill();
            await Expect(page.Locator("#connected")).ToHaveTextAsync("2 of 3", new() { Timeout = 5_000 });
            await Expect(RowOf(page, "nodes", "web-2").Locator("td").Nth(1)).ToHaveTextAsync("unreachable");
            await Expect(page.Locator("#mesh g.node.down")).ToHaveCountAsync(1);
            await Expect(page.Locator("#restart")).ToHaveTextAsync("Wait");
            await Expect(page.Locator("#restart-reasons")).ToContainTextAsync("web-2");
            await Expect(page.Locator("#events")).ToContainTextAsync("cannot be reached");

            // The other's view of it, from its report.
            await page.Locator("#mesh g.node").Nth(1).ClickAsync();
            await Expect(page.Locator("#view-title")).ToHaveTextAsync("View of web-1");
            await Expect(page.Locator("#view-links tr", new() { HasText = "web-2" }).Locator("td").Nth(1)).ToHaveTextAsync("unreachable");
            await Expect(page.Locator("#view-facts")).ToContainTextAsync("36.5 °C");
            await ShootAsync(page, "killed-light");
            Assert.Empty(errors);
        }
        finally
        {
            End(shops);
        }
    }

    [ToolFact("chromium")]
    public async Task Everything_can_be_done_with_the_keyboard_alone()
    {
        var shops = await ShopProcess.StartWithDashboardAsync(s_three);
        using var client = new HttpClient();
        try
        {
            await PostAsync(client, shops[0], "/price?key=apple&value=1");
            await PostAsync(client, shops[0], "/price?key=pear&value=2");
            var (page, errors) = await browser.OpenAsync(shops[0].Address);
            await Expect(page.Locator("#connected")).ToHaveTextAsync("3 of 3");
            await page.Keyboard.PressAsync("Tab");
            await Expect(page.Locator(".skip")).ToBeFocusedAsync();
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.Locator("main")).ToBeFocusedAsync();

            // Into the mesh, and from instance to instance.
            await TabToAsync(page, "#mesh g.node.chosen");
            await page.Keyboard.PressAsync("ArrowRight");
            await Expect(page.Locator("#view-title")).ToHaveTextAsync("View of web-1");
            await Expect(page.Locator("#mesh g.node.chosen")).ToBeFocusedAsync();

            // Updates do not take the focus away.
            await page.WaitForTimeoutAsync(2500);
            await Expect(page.Locator("#mesh g.node.chosen")).ToBeFocusedAsync();
            await page.Keyboard.PressAsync("End");
            await Expect(page.Locator("#view-title")).ToHaveTextAsync("View of web-2");

            // Sort, filter, inspect an object, and return to where one was.
            await TabToAsync(page, "#objects th:nth-child(3) button");
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.Locator("#objects th").Nth(2)).ToHaveAttributeAsync("aria-sort", "ascending");
            await page.Keyboard.PressAsync("/");
            await Expect(page.Locator("#filter")).ToBeFocusedAsync();
            await page.Keyboard.TypeAsync("prices");
            await Expect(page.Locator("#objects tbody tr")).ToHaveCountAsync(1);
            await TabToAsync(page, "#objects tbody button");
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.Locator("#inspect")).ToBeVisibleAsync();
            await Expect(page.Locator("#inspect-rows tr")).ToHaveCountAsync(2);
            await TabToAsync(page, "#inspect-filter");
            await page.Keyboard.TypeAsync("app");
            await Expect(page.Locator("#inspect-rows tr")).ToHaveCountAsync(1);
            await page.Keyboard.PressAsync("Escape");
            await page.Keyboard.PressAsync("Escape");
            await Expect(page.Locator("#inspect")).ToBeHiddenAsync();
            await Expect(page.Locator("#objects tbody button")).ToBeFocusedAsync();
            await page.Keyboard.PressAsync("/");
            await page.Keyboard.PressAsync("Escape");
            await Expect(page.Locator("#filter")).ToHaveValueAsync("");

            // Pause, choose a theme.
            await TabToAsync(page, "#pause");
            await page.Keyboard.PressAsync("Space");
            await Expect(page.Locator("#connection")).ToHaveTextAsync("Paused");
            await page.Keyboard.PressAsync("Space");
            await Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
            await TabToAsync(page, "#theme");
            await page.Keyboard.PressAsync("ArrowDown");
            await page.Keyboard.PressAsync("ArrowDown");
            await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
            Assert.Empty(errors);
        }
        finally
        {
            End(shops);
        }
    }

    [ToolFact("chromium")]
    public async Task Nobody_is_shut_out_by_contrast_labels_or_size_in_either_theme()
    {
        var shops = await ShopProcess.StartWithDashboardAsync(s_three);
        using var client = new HttpClient();
        try
        {
            await SellAsync(client, shops[0], 300);
            await PostAsync(client, shops[0], "/hold/50");
            await PostAsync(client, shops[0], "/fill/20");

            // With findings, an instance that is away, and every color in use.
            shops[2].Kill();
            foreach (var theme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                foreach (var width in new[] { 1280, 380 })
                {
                    var (page, errors) = await browser.OpenAsync(shops[0].Address, theme, width, bypassPolicy: true);
                    await Expect(page.Locator("#connected")).ToHaveTextAsync("2 of 3");
                    await Expect(RowOf(page, "audits", "tickets").Locator("td").Nth(2)).ToHaveTextAsync("300");
                    Assert.Empty(await FindViolationsAsync(page));
                    Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"wider than {width}");
                    await ShootAsync(page, $"findings-{theme}-{width}".ToLowerInvariant());
                    await page.Locator("#objects tbody button", new() { HasText = "prices" }).ClickAsync();
                    await Expect(page.Locator("#inspect-rows tr")).ToHaveCountAsync(20);
                    Assert.Empty(await FindViolationsAsync(page));
                    await ShootAsync(page, $"inspect-{theme}-{width}".ToLowerInvariant(), isWhole: false);
                    Assert.Empty(errors);
                    await page.Context.CloseAsync();
                }
            }
        }
        finally
        {
            End(shops);
        }
    }

    [ToolFact("chromium")]
    public async Task Script_in_a_name_a_key_or_a_value_stays_text()
    {
        var shops = await ShopProcess.StartWithDashboardAsync([Hostile], "--Extra", Hostile);
        using var client = new HttpClient();
        try
        {
            await PostAsync(client, shops[0], $"/price?key={Uri.EscapeDataString(Hostile)}&value={Uri.EscapeDataString(Hostile)}");
            var (page, errors) = await browser.OpenAsync(shops[0].Address);
            await Expect(page.Locator("#self")).ToContainTextAsync(Hostile);
            await Expect(RowOf(page, "objects", "onerror").Locator("button")).ToHaveTextAsync(Hostile);
            await RowOf(page, "objects", "prices").Locator("button").ClickAsync();
            await Expect(page.Locator("#inspect-rows td").First).ToHaveTextAsync(Hostile);
            await Expect(page.Locator("#inspect-rows td").Last).ToHaveTextAsync(Hostile);
            Assert.Equal(JsonValueKind.Undefined, (await page.EvaluateAsync("window.hacked"))?.ValueKind ?? JsonValueKind.Undefined);
            Assert.Equal(0, await page.Locator("img").CountAsync());
            Assert.Empty(errors);
        }
        finally
        {
            End(shops);
        }
    }

    [ToolFact("chromium")]
    public async Task One_instance_twelve_and_long_names_are_drawn_without_errors()
    {
        var longest = string.Concat(Enumerable.Repeat("a-very-long-node-name-", 8));
        foreach (var names in new[] { ["web-0"], [.. Enumerable.Range(0, 12).Select(i => $"web-{i}")], new[] { longest, $"{longest}two", "web-2" } })
        {
            var shops = await ShopProcess.StartWithDashboardAsync(names);
            try
            {
                foreach (var width in new[] { 1280, 380 })
                {
                    var (page, errors) = await browser.OpenAsync(shops[0].Address, names.Length == 12 ? ColorScheme.Dark : ColorScheme.Light, width);
                    await Expect(page.Locator("#connected")).ToHaveTextAsync($"{names.Length} of {names.Length}", new() { Timeout = 60_000 });
                    await Expect(page.Locator("#mesh line.link.up")).ToHaveCountAsync(names.Length * (names.Length - 1), new() { Timeout = 60_000 });
                    Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"wider than {width}");
                    await ShootAsync(page, $"{names.Length}-{(names[0] == longest ? "long" : "short")}-{width}");
                    Assert.Empty(errors);
                    await page.Context.CloseAsync();
                }
            }
            finally
            {
                End(shops);
            }
        }
    }

    [ToolFact("nginx")]
    public async Task A_proxy_on_the_same_machine_opens_it_to_nobody()
    {
        var folder = Directory.CreateTempSubdirectory("peerreplica-dashboard-").FullName;
        var shops = await ShopProcess.StartWithDashboardAsync(["web-0"]);
        var ports = Tools.FreePorts(3);
        var file = Path.Combine(folder, "nginx.conf");
        string Server(int port, string more) => $"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {shops[0].Address}; {more} }} }}";
        await File.WriteAllTextAsync(file, $$"""
            daemon off; pid {{folder}}/nginx.pid; worker_processes 1;
            events { worker_connections 64; }
            http {
                access_log off; client_body_temp_path {{folder}}/body; proxy_temp_path {{folder}}/proxy; fastcgi_temp_path {{folder}}/fastcgi;
                uwsgi_temp_path {{folder}}/uwsgi; scgi_temp_path {{folder}}/scgi;
                {{Server(ports[0], "")}}
                {{Server(ports[1], "proxy_http_version 1.1; proxy_set_header Host $host;")}}
                {{Server(ports[2], "proxy_http_version 1.1; proxy_set_header Host localhost; proxy_set_header X-Forwarded-For $remote_addr;")}}
            }
            """);
        using var nginx = Tools.Start("nginx", "-p", folder, "-e", Path.Combine(folder, "error.log"), "-c", file);
        using var client = new HttpClient();
        try
        {
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(shops[0].Address, "/peerreplica/status"))).StatusCode);
            foreach (var port in ports)
            {
                await Tools.UntilListensAsync(port);
                using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/peerreplica/status");
                request.Headers.Host = "shop.example";
                Assert.Equal(HttpStatusCode.NotFound, (await client.SendAsync(request)).StatusCode);
            }
        }
        finally
        {
            nginx.Kill(entireProcessTree: true);
            await nginx.WaitForExitAsync();
            End(shops);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ILocator RowOf(IPage page, string table, string name) => page.Locator($"#{table} tbody tr", new() { HasText = name });

    private static async Task TabToAsync(IPage page, string selector)
    {
        for (var left = 120; ; left--)
        {
            if (await page.EvaluateAsync<bool>("s => document.activeElement?.matches(s)", selector)) return;
            Assert.True(left > 0, $"{selector} cannot be reached with the tab key");
            await page.Keyboard.PressAsync("Tab");
        }
    }

    /// <summary>What axe-core finds that breaks WCAG A or AA, or its best practices.</summary>
    private static async Task<IReadOnlyList<string>> FindViolationsAsync(IPage page)
    {
        await page.EvaluateAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Web", "axe-core", "axe.min.js")));
        var found = await page.EvaluateAsync<string[]>(
            "async () => (await axe.run(document)).violations.map(v => `${v.id}: ${v.help}: ${v.nodes.map(n => n.html + ' ' + n.failureSummary).slice(0, 3).join(' | ')}`)");
        return found;
    }

    private static async Task PostAsync(HttpClient client, ShopProcess shop, string path) =>
        (await client.PostAsync(new Uri(shop.Address, path), null)).EnsureSuccessStatusCode();

    /// <summary>Sells once the instance has the rights to.</summary>
    private static async Task SellAsync(HttpClient client, ShopProcess shop, int amount)
    {
        for (var left = 300; ; left--)
        {
            using var answer = await client.PostAsync(new Uri(shop.Address, $"/sell/{amount}"), null);
            if (await answer.Content.ReadAsStringAsync() == "true") return;
            Assert.True(left > 0, "nothing can be sold");
            await Task.Delay(50);
        }
    }

    private static async Task ShootAsync(IPage page, string name, bool isWhole = true)
    {
        if (Environment.GetEnvironmentVariable("PEERREPLICA_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = isWhole });
    }

    private static void End(ShopProcess[] shops)
    {
        foreach (var shop in shops) shop.Dispose();
    }
}
