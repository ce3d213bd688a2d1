using System.Diagnostics;

namespace PeerReplica.SlowTests.Repository;

/// <summary>The programs that tests start, where their own builds put them.</summary>
internal static class Programs
{
    public static string Benchmarks { get; } = Built("tests", "PeerReplica.Benchmarks");

    public static string Simulation { get; } = Built("tests", "PeerReplica.Simulation");

    public static string ShopApp { get; } = Built("tests", "PeerReplica.ShopApp");

    public static string TestPeer { get; } = Built("tests", "PeerReplica.TestPeer");

    public static string TicketCounter { get; } = Built("samples", "TicketCounter");

    public static string VisitCounter { get; } = Built("samples", "VisitCounter");

    /// <summary>Runs one to its end; gives its exit code, and its errors followed by its output.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(program);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await errors + output);
    }

    private static string Built(string folder, string project)
    {
        // The tests run from bin/CONFIGURATION/FRAMEWORK, and so were these built.
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        return SourceTree.PathOf(folder, project, "bin", framework.Parent!.Name, framework.Name, $"{project}.dll");
    }
}
