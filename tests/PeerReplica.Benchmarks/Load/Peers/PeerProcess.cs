using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace PeerReplica.Benchmarks.Load.Peers;

/// <summary>A <see cref="LoadPeer"/> in a process of its own. Each command is answered by one line, in numbers.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;

    private PeerProcess(Process process) => _process = process;

    /// <summary>Where its replica is reached, once it was started.</summary>
    public string Address { get; private set; } = "";

    public static PeerProcess Start(params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])[Assembly.GetExecutingAssembly().Location, "load-peer"]) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new PeerProcess(Process.Start(start)!);
    }

    /// <summary>Starts a replica in it; returns when that has everything.</summary>
    public async Task StartReplicaAsync(string name, string? seed = null)
    {
        await TellAsync($"start {name} {seed}");
        Address = await LineAsync();
    }

    /// <summary>The same with one that has a bounded counter.</summary>
    public async Task StartSellerAsync(string name, long capacity, string seed)
    {
        await TellAsync($"sell {name} {capacity.ToString(CultureInfo.InvariantCulture)} {seed}");
        Address = await LineAsync();
    }

    public async Task<double> AskAsync(string command) => (await NumbersAsync(command))[0];

    public async Task<double[]> NumbersAsync(string command)
    {
        await TellAsync(command);
        return await NumbersAsync();
    }

    public async Task TellAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
    }

    public async Task<double[]> NumbersAsync() =>
        [.. (await LineAsync()).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => double.Parse(n, CultureInfo.InvariantCulture))];

    /// <summary>Sends a signal, as kill(1) does.</summary>
    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(10_000)) _process.Kill();
        _process.Dispose();
    }

    private async Task<string> LineAsync() => await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The peer has ended.");
}
