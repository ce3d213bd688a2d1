using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace PeerReplica.Benchmarks.Web;

/// <summary>What the load generator wrk measured in one round.</summary>
/// <param name="PerSecond">Requests a second.</param>
/// <param name="Median">The median latency, in microseconds.</param>
/// <param name="Tail">The 99th percentile of latency, in microseconds.</param>
internal sealed partial record WrkRun(double PerSecond, double Median, double Tail)
{
    public const string Package = "wrk";
    private const int Connections = 8;
    private const string Path = "/usr/bin/wrk";

    public static bool IsInstalled { get; } = File.Exists(Path);

    /// <summary>Loads a server with the requests that a script makes.</summary>
    /// <exception cref="InvalidOperationException">The server answered one with an error, or not at all.</exception>
    public static WrkRun Of(Uri server, string script, TimeSpan time)
    {
        var file = System.IO.Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, script);
            var seconds = Math.Max(1, (int)time.TotalSeconds);
            var start = new ProcessStartInfo(Path, ["-t1", $"-c{Connections}", $"-d{seconds}s", "--latency", "-s", file, server.ToString()]) { RedirectStandardOutput = true };
            using var wrk = Process.Start(start)!;
            var report = wrk.StandardOutput.ReadToEnd();
            wrk.WaitForExit();
            if (wrk.ExitCode != 0 || report.Contains("Non-2xx", StringComparison.Ordinal) || report.Contains("Socket errors", StringComparison.Ordinal))
                throw new InvalidOperationException($"wrk reports errors:\n{script}\n{report}");
            return new(double.Parse(Rate().Match(report).Groups[1].Value, CultureInfo.InvariantCulture), Latency("50", report), Latency("99", report));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static double Latency(string percentile, string report)
    {
        var match = Regex.Match(report, $@"\s{percentile}%\s+([\d.]+)(us|ms|s)");
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * match.Groups[2].Value switch { "us" => 1, "ms" => 1_000, _ => 1_000_000 };
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();
}
