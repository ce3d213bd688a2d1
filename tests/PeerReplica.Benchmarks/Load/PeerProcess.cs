using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace PeerReplica.Benchmarks.Load;

/// <summary>A <see cref="LoadPeer"/> in a process of its own.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;

    private PeerProcess(Process process) => _process = process;

    /// <summary>How long it took from its start until it had everything.</summary>
    public TimeSpan JoinTime { get; private set; }

    public static Task<PeerProcess> StartAsync(string name, string seed) => StartAsync("load-peer", name, seed);

    public static Task<PeerProcess> StartSellerAsync(string name, long capacity, string seed) =>
        StartAsync("takes-peer", name, capacity.ToString(CultureInfo.InvariantCulture), seed);

    private static async Task<PeerProcess> StartAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])[Assembly.GetExecutingAssembly().Location, .. arguments]) start.ArgumentList.Add(argument);
        var peer = new PeerProcess(Process.Start(start)!);
        peer.JoinTime = TimeSpan.FromMilliseconds(await peer.ReadAsync());
        return peer;
    }

    public async Task<double> AskAsync(string command)
    {
        await TellAsync(command);
        return await ReadAsync();
    }

    public async Task TellAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
    }

    public async Task<double[]> NumbersAsync() =>
        [.. (await LineAsync()).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => double.Parse(n, CultureInfo.InvariantCulture))];

    public async Task<string> LineAsync() => await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The peer has ended.");

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(10_000)) _process.Kill();
        _process.Dispose();
    }

    private async Task<double> ReadAsync() => double.Parse(await LineAsync(), CultureInfo.InvariantCulture);
}
