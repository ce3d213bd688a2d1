using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PeerReplica.Benchmarks.Load;

/// <summary>A server from the system's packages, in a process of its own on a free port of loopback. It never outlives this program: see <see cref="StartedServers"/>.</summary>
internal abstract class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    /// <summary>Starts the program. The folder, which holds the server's files, is deleted with it.</summary>
    protected ServerProcess(string program, string folder, IEnumerable<string> arguments)
    {
        _folder = folder;
        var start = new ProcessStartInfo(PathOf(program)!) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        _process = StartedServers.Start(start, folder);

        // Read, so that it never waits for someone who does.
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
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

    public void Dispose() => StartedServers.End(_process, _folder);

    /// <summary>Where a program is, if it is installed. The system's folder for servers is often not in the path.</summary>
    protected static string? PathOf(string program) => $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/usr/bin"
        .Split(':', StringSplitOptions.RemoveEmptyEntries).Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);

    protected static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A new folder for the server's files.</summary>
    protected static string NewFolder(string server) => Directory.CreateTempSubdirectory($"peerreplica-{server}-").FullName;

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
}
