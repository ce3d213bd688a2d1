using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PeerReplica.SlowTests.Web;

/// <summary>Programs of the system that these tests use, and free ports for them.</summary>
internal static class Tools
{
    /// <summary>Why a test that needs the programs cannot run; null if it can.</summary>
    public static string? WhyNot(params string[] programs)
    {
        var missing = programs.Where(p => PathOf(p) is null).ToArray();
        return missing.Length == 0 ? null : $"needs {string.Join(", ", missing)}: apt-get install --no-install-recommends {string.Join(' ', missing.Select(PackageOf))}";
    }

    public static string? PathOf(string program) => new[] { "/usr/bin", "/usr/sbin", "/bin", "/sbin" }.Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);

    /// <summary>Ports that were free a moment ago.</summary>
    public static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners) listener.Start();
        var ports = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners) listener.Dispose();
        return ports;
    }

    public static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(PathOf(program) ?? program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>Runs a program to its end; gives its output.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}{await errors}");
        return output;
    }

    /// <summary>Returns once a port is listened at.</summary>
    public static async Task UntilListensAsync(int port)
    {
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (clock.Elapsed < TimeSpan.FromSeconds(30))
            {
                // Not yet.
            }
        }
    }

    private static string PackageOf(string program) => program switch
    {
        "nginx" => "nginx-light",
        "chromium" => "chromium fonts-dejavu-core",
        _ => program,
    };
}
