using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace TicketCounter;

/// <summary>One agent of the demo, as a process of its own. It ends when its input is closed, so none outlives the demo.</summary>
internal sealed class DemoAgent : IDisposable
{
    public const string CutOrder = "cut";
    public const string RestoreOrder = "restore";

    // Of this demo alone: its agents encrypt and authenticate their links without any set-up.
    private static readonly string s_secret = ClusterSecret.New();

    private readonly Process _process;
    private readonly Task _reading;
    private readonly Task<string> _errors;
    private volatile AgentReport? _latest;

    private DemoAgent(string name, Process process)
    {
        Name = name;
        _process = process;
        _reading = ReadAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    public string Name { get; }

    public int ProcessId => _process.Id;

    public bool IsRunning => !_process.HasExited;

    /// <summary>What it said last.</summary>
    public AgentReport? Latest => _latest;

    public static DemoAgent Start(string name, int port, int[] peers, double rate, long capacity)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        string[] arguments =
        [
            "agent", name, "--auto", "--json", "--demo",
            "--count", capacity.ToString(CultureInfo.InvariantCulture), "--expect", peers.Length.ToString(CultureInfo.InvariantCulture), "--rate", rate.ToString(CultureInfo.InvariantCulture),
            "--capacity", capacity.ToString(CultureInfo.InvariantCulture), "--port", port.ToString(CultureInfo.InvariantCulture),
        ];
        start.Environment[ClusterSecret.Variable] = s_secret;
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var peer in peers)
        {
            start.ArgumentList.Add("--seed");
            start.ArgumentList.Add($"127.0.0.1:{peer}");
        }

        return new DemoAgent(name, Process.Start(start)!);
    }

    /// <summary>Ends it as a power cut would.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Cuts it off from the others; it goes on by itself.</summary>
    public void Cut() => _process.StandardInput.WriteLine(CutOrder);

    public void Restore() => _process.StandardInput.WriteLine(RestoreOrder);

    /// <summary>Asks it to end; false when it does not end well.</summary>
    public async Task<bool> EndAsync(TimeSpan patience, CancellationToken interrupted)
    {
        _process.StandardInput.Close();
        await Task.WhenAny(_process.WaitForExitAsync(interrupted), Task.Delay(patience, interrupted));
        interrupted.ThrowIfCancellationRequested();
        if (!_process.HasExited) return false;
        await _reading;
        return _process.ExitCode == 0;
    }

    public async Task<string> ErrorsAsync() => IsRunning ? "it did not end in time" : (await _errors).Trim();

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith('{')) _latest = JsonSerializer.Deserialize(line, TicketJson.Default.AgentReport);
        }
    }
}
