using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PeerReplica.SlowTests.Containers;

/// <summary>Docker's command line, and what this machine has of Docker.</summary>
internal static class Docker
{
    public const string Compose = "/usr/bin/docker-compose";
    public const string Daemon = "/usr/sbin/dockerd";

    /// <summary>By its full path: another program of that name may come first in PATH.</summary>
    private const string Client = "/usr/bin/docker";

    private const string Install = "apt-get install --no-install-recommends docker.io docker-compose iptables";

    /// <summary>Why this machine cannot run the container tests, and how to enable it; null if it can.</summary>
    public static string? WhyNot
    {
        get
        {
            if (!OperatingSystem.IsLinux() || RuntimeInformation.OSArchitecture != Architecture.X64) return "the test image needs Linux on x64";
            foreach (var program in (string[])[Client, Compose])
            {
                if (!File.Exists(program)) return $"'{program}' is missing: {Install}";
            }

            if (Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } || File.Exists(DockerEngine.SystemSocket)) return null;
            if (!File.Exists(Daemon)) return $"no Docker daemon runs, and '{Daemon}' is missing: {Install}";
            return Environment.UserName == "root" ? null : "no Docker daemon runs, and starting one needs root: run the tests as root";
        }
    }

    /// <summary>Runs a command of the client; returns its output, and throws what it reported if it failed.</summary>
    public static async Task<string> RunAsync(Uri endpoint, params string[] arguments)
    {
        var (code, output, errors) = await RunAsync(Client, endpoint, [], arguments);
        return code == 0 ? output : throw new InvalidOperationException($"docker {string.Join(' ', arguments)}: {errors}{output}");
    }

    /// <summary>Runs a program against an engine.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(
        string program, Uri endpoint, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        start.Environment["DOCKER_HOST"] = endpoint.OriginalString;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }
}
