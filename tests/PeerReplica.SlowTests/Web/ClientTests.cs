using System.Globalization;
using System.Text.RegularExpressions;

namespace PeerReplica.SlowTests.Web;

/// <summary>Clients and a load balancer that others wrote, before three instances of the shop.</summary>
public sealed partial class ClientTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("peerreplica-web-").FullName;

    [ToolFact("curl", "nginx", "wrk")]
    public async Task A_cookie_jar_and_a_load_generator_behind_a_load_balancer_meet_one_shop()
    {
        var shops = await ShopProcess.StartOnReplicaAsync(3);
        var port = Tools.FreePorts(1)[0];
        using var nginx = Tools.Start("nginx", "-p", _folder, "-e", Path.Combine(_folder, "error.log"), "-c", WriteConfiguration(port, shops));
        try
        {
            await Tools.UntilListensAsync(port);
            Assert.Equal("", await CurlAsync(port, "POST", "/login/ann"));
            for (var i = 0; i < 30; i++)
            {
                Assert.Equal("", await CurlAsync(port, "POST", $"/session/n{i}/{i}"));
                Assert.Equal($"{i}", await CurlAsync(port, "GET", $"/session/n{i}"));
                Assert.Equal("ann", await CurlAsync(port, "GET", "/who"));
                if (i == 15) shops[0].Kill();
            }

            Assert.Equal(30, (await CurlAsync(port, "GET", "/session")).Split(',').Length);

            var report = await Tools.RunAsync("wrk", "-t1", "-c8", "-d3s", $"http://127.0.0.1:{port}/price");
            Assert.DoesNotContain("Non-2xx", report, StringComparison.Ordinal);
            Assert.True(double.Parse(PerSecond().Match(report).Groups[1].Value, CultureInfo.InvariantCulture) > 100, report);
        }
        finally
        {
            nginx.Kill(entireProcessTree: true);
            foreach (var shop in shops) shop.Dispose();
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<string> CurlAsync(int port, string method, string path)
    {
        var jar = Path.Combine(_folder, "cookies");
        string[] body = method == "POST" ? ["-d", ""] : [];
        return Tools.RunAsync("curl", ["-sS", "-f", "-X", method, .. body, "-c", jar, "-b", jar, $"http://127.0.0.1:{port}{path}"]);
    }

    /// <summary>Round robin, and the next instance where one does not answer. Nothing is written outside the test's folder.</summary>
    private string WriteConfiguration(int port, ShopProcess[] shops)
    {
        var file = Path.Combine(_folder, "nginx.conf");
        File.WriteAllText(file, $$"""
            daemon off;
            pid {{_folder}}/nginx.pid;
            worker_processes 1;
            events { worker_connections 256; }
            http {
                access_log off;
                client_body_temp_path {{_folder}}/body;
                proxy_temp_path {{_folder}}/proxy;
                fastcgi_temp_path {{_folder}}/fastcgi;
                uwsgi_temp_path {{_folder}}/uwsgi;
                scgi_temp_path {{_folder}}/scgi;
                upstream shop { {{string.Concat(shops.Select(s => $"server 127.0.0.1:{s.Address.Port}; "))}} }
                server {
                    listen 127.0.0.1:{{port}};
                    location / {
                        proxy_pass http://shop;
                        proxy_http_version 1.1;
                        proxy_next_upstream error timeout non_idempotent;
                    }
                }
            }
            """);
        return file;
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex PerSecond();
}
