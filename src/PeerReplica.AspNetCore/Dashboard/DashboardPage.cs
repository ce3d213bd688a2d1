using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace PeerReplica.AspNetCore.Dashboard;

/// <summary>
/// The page: one file of markup, one of styles and some of script, which are embedded in the assembly and put together once. It holds no state of any replica, and its policy lets run exactly
/// the script and the styles that were put into it, by their hashes.
/// </summary>
internal static class DashboardPage
{
    private static readonly string[] s_scripts = ["format.js", "layout.js", "mesh.js", "charts.js", "tables.js", "inspect.js", "dashboard.js"];
    private static readonly string s_script = string.Join('\n', s_scripts.Select(Read));
    private static readonly string s_style = Read("dashboard.css");
    private static readonly byte[] s_page = Encoding.UTF8.GetBytes(
        Read("dashboard.html").Replace("{{style}}", s_style, StringComparison.Ordinal).Replace("{{script}}", s_script, StringComparison.Ordinal));

    private static readonly string s_policy = string.Join(
        "; ", "default-src 'none'", $"script-src {Hash(s_script)}", $"style-src {Hash(s_style)}", "connect-src 'self'", "img-src data:", "base-uri 'none'",
        "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'");

    public static Task ServeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = s_policy;
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = s_page.Length;
        return context.Response.Body.WriteAsync(s_page, context.RequestAborted).AsTask();
    }

    private static string Hash(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    private static string Read(string file)
    {
        using var stream = typeof(DashboardPage).Assembly.GetManifestResourceStream($"PeerReplica.AspNetCore.Dashboard.Page.{file}")
            ?? throw new InvalidOperationException($"The assembly has no resource {file}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);

        // A browser hashes what it parsed, which has no carriage returns.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
