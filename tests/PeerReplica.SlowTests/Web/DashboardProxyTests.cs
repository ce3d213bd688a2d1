using System.Net;

namespace PeerReplica.SlowTests.Web;

/// <summary>The dashboard in Development behind a real proxy.</summary>
public sealed class DashboardProxyTests
{
    [ToolFact("nginx")]
    public async Task A_proxy_on_the_same_machine_opens_it_to_nobody()
    {
        var folder = Directory.CreateTempSubdirectory("peerreplica-dashboard-").FullName;
        using var shops = await DashboardShops.StartAsync(["web-0"]);
        var ports = Tools.FreePorts(3);
        var file = Path.Combine(folder, "nginx.conf");
        string Server(int port, string more) =>
            $"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {shops[0]}; {more} }} }}";
        await File.WriteAllTextAsync(file, $$"""
            daemon off; pid {{folder}}/nginx.pid; worker_processes 1;
            events { worker_connections 64; }
            http {
                access_log off; client_body_temp_path {{folder}}/body; proxy_temp_path {{folder}}/proxy;
                fastcgi_temp_path {{folder}}/fastcgi; uwsgi_temp_path {{folder}}/uwsgi; scgi_temp_path {{folder}}/scgi;
                {{Server(ports[0], "")}}
                {{Server(ports[1], "proxy_http_version 1.1; proxy_set_header Host $host;")}}
                {{Server(ports[2],
                    "proxy_http_version 1.1; proxy_set_header Host localhost; proxy_set_header X-Forwarded-For $remote_addr;")}}
            }
            """);
        using var nginx = Tools.Start("nginx", "-p", folder, "-e", Path.Combine(folder, "error.log"), "-c", file);
        using var client = new HttpClient();
        try
        {
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(shops[0], "/peerreplica/status"))).StatusCode);
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
            Directory.Delete(folder, recursive: true);
        }
    }
}
