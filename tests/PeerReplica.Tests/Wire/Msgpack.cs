using System.Diagnostics;

namespace PeerReplica.Tests.Wire;

/// <summary>Debian's python3-msgpack: an implementation of the format that shares nothing with ours.</summary>
internal static class Msgpack
{
    /// <summary>Debian's own interpreter: one found on PATH may lack the module.</summary>
    private const string Python = "/usr/bin/python3";

    /// <summary>Why it cannot be used; null when it can.</summary>
    public static string? Missing { get; } = FindMissing();

    /// <summary>Runs a script with the given standard input; returns its standard output.</summary>
    public static string Run(string script, string input)
    {
        var (exitCode, output, error) = RunPython(script, input);
        Assert.True(exitCode == 0, $"python: exit code {exitCode}\n{error}");
        return output;
    }

    private static string? FindMissing()
    {
        const string Remedy = "INTEROP NOT TESTED: apt-get install python3-msgpack";
        if (!File.Exists(Python)) return $"{Remedy} ({Python} does not exist)";
        var (exitCode, _, error) = RunPython("import msgpack", "");
        return exitCode == 0 ? null : $"{Remedy} ({error.Trim().Split('\n')[^1]})";
    }

    private static (int ExitCode, string Output, string Error) RunPython(string script, string input)
    {
        var start = new ProcessStartInfo(Python)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading: its exit code and error say why.
        }

        process.WaitForExit();
        return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }
}
