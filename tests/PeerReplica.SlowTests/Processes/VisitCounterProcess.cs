using System.Diagnostics;
using System.Globalization;

namespace PeerReplica.SlowTests.Processes;

/// <summary>An instance of the sample of <c>docs/getting-started.md</c>, with a user who presses Enter.</summary>
internal sealed class VisitCounterProcess : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private readonly Process _process;

    public VisitCounterProcess(params int[] ports)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Programs.VisitCounter);
        foreach (var port in ports) start.ArgumentList.Add(port.ToString(CultureInfo.InvariantCulture));
        _process = Process.Start(start)!;
    }

    public void PressEnter()
    {
        _process.StandardInput.WriteLine();
        _process.StandardInput.Flush();
    }

    /// <summary>Reads lines until it prints this one; those before may be earlier values alone.</summary>
    public async Task UntilAsync(string expected)
    {
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(s_patience) is { } line)
        {
            if (line == expected) return;
            Assert.StartsWith("visits: ", line, StringComparison.Ordinal);
        }

        Assert.Fail($"It ended before it printed '{expected}'.");
    }

    /// <summary>Ends its input, as the end of its terminal does.</summary>
    public async Task<int> CloseAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(s_patience);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
