using System.Diagnostics;
using System.Globalization;

namespace PeerReplica.SlowTests.Processes;

/// <summary>A replica in a process of its own (tests/PeerReplica.TestPeer), asked by lines.</summary>
internal sealed class PeerProcess : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly List<string> _lines = [];

    private PeerProcess(Process process)
    {
        _process = process;
        _errors = CollectAsync();
    }

    public string Address { get; private set; } = "";

    public int Port => int.Parse(Address.AsSpan(Address.LastIndexOf(':') + 1), CultureInfo.InvariantCulture);

    /// <summary>What it logged so far.</summary>
    public string[] Logged
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    /// <summary>The computing time that it used so far.</summary>
    public TimeSpan Computed
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static async Task<PeerProcess> StartAsync(
        string name, string listen, string[] seeds, string? networkNamespace = null, string? journal = null, params string[] settings)
    {
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] sale = journal is null ? [] : ["--sell", journal];
        string[] command = ["dotnet", Programs.TestPeer, name, listen, .. sale, .. settings.SelectMany(o => (string[])["--set", o]), .. seeds];
        if (networkNamespace is not null) command = ["ip", "netns", "exec", networkNamespace, .. command];
        start.FileName = command[0];
        foreach (var argument in command[1..]) start.ArgumentList.Add(argument);
        var peer = new PeerProcess(Process.Start(start)!);
        peer.Address = await peer.ReadAsync();
        return peer;
    }

    public async Task<string> AskAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
        return await ReadAsync();
    }

    public async Task<long> NumberAsync(string command) => long.Parse(await AskAsync(command), CultureInfo.InvariantCulture);

    /// <summary>Asks again and again until the answer is the one expected.</summary>
    public async Task UntilAsync(string command, Func<string, bool> expected, TimeSpan? within = null)
    {
        var clock = Stopwatch.StartNew();
        var answer = await AskAsync(command);
        while (!expected(answer))
        {
            if (clock.Elapsed > (within ?? s_patience)) Assert.Fail($"'{command}' still answers '{answer}' after {clock.Elapsed.TotalSeconds:0} s");
            await Task.Delay(20);
            answer = await AskAsync(command);
        }
    }

    /// <summary>Asks both until they hold the same.</summary>
    public async Task UntilHashesAreEqualAsync(PeerProcess other, TimeSpan within)
    {
        var clock = Stopwatch.StartNew();
        while (await AskAsync("hash") != await other.AskAsync("hash"))
        {
            Assert.True(clock.Elapsed < within, "the content hashes still differ");
            await Task.Delay(20);
        }
    }

    /// <summary>Sends a signal, as kill(1) does, unless the process has ended.</summary>
    public void Signal(string signal)
    {
        if (_process.HasExited) return;
        using var kill = Process.Start("kill", ["-s", signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Lets it stop in good order.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(s_patience);
    }

    /// <summary>Kills it, and returns when it is gone, with all that it logged.</summary>
    public async Task<string> KillAsync()
    {
        Signal("KILL");
        await _process.WaitForExitAsync();
        return await _errors;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private async Task<string> CollectAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_lines) _lines.Add(line);
        }

        return string.Join('\n', Logged);
    }

    private async Task<string> ReadAsync()
    {
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(s_patience);
        if (line is not null) return line;
        throw new InvalidOperationException($"The peer ended: {await _errors}");
    }
}
