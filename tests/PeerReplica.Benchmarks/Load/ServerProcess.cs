using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PeerReplica.Benchmarks.Load;

/// <summary>A server from the system's packages, in a process of its own on a free port of loopback.</summary>
internal abstract class ServerProcess : IDisposable
{
    private readonly Process _process;

    protected ServerProcess(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(PathOf(program)!) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;

        // Read, so that it never waits for someone who does.
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        // It does not end with its input, as peers do: it must not outlive a program that was told to end.
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>CPU seconds since its start.</summary>
    public double Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    public virtual void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>Where a program is, if it is installed. The system's folder for servers is often not in the path.</summary>
    protected static string? PathOf(string program) => $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/usr/bin"
        .Split(':', StringSplitOptions.RemoveEmptyEntries).Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);

    protected static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Tries until it answers.</summary>
    protected void UntilItAnswers(Action ask)
    {
        for (var clock = Stopwatch.StartNew(); ; Thread.Sleep(10))
        {
            try
            {
                ask();
                return;
            }
            catch (Exception e) when (e is SocketException or IOException && clock.Elapsed < TimeSpan.FromSeconds(10) && !_process.HasExited)
            {
                // It is still starting.
            }
        }
    }

    private void OnProcessExit(object? sender, EventArgs e) => _process.Kill();
}
