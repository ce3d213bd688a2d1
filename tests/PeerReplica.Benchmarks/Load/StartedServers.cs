using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PeerReplica.Benchmarks.Load;

/// <summary>
/// The servers that this program started. They end with it, however it ends short of SIGKILL: a server does not watch
/// its input, as peers do, and the runtime raises no ProcessExit for a signal.
/// </summary>
internal static class StartedServers
{
    private static readonly Lock s_gate = new();
    private static readonly Dictionary<Process, string> s_running = [];
    private static readonly List<PosixSignalRegistration> s_signals = [];
    private static bool s_isEnding;

    /// <summary>Starts a process that ends with this program. Its folder is then deleted.</summary>
    public static Process Start(ProcessStartInfo start, string folder)
    {
        lock (s_gate)
        {
            if (s_signals.Count == 0) EndAllWithTheProgram();
            var process = Process.Start(start)!;
            s_running.Add(process, folder);
            return process;
        }
    }

    public static void End(Process process, string folder)
    {
        lock (s_gate)
        {
            if (!s_running.Remove(process)) return;
        }

        Kill(process);
        Directory.Delete(folder, recursive: true);
        process.Dispose();
    }

    private static void EndAllWithTheProgram()
    {
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];

        // Where the program was started with the signal ignored, as in the background of a script, the default would let it go on.
        foreach (var signal in signals) s_signals.Add(PosixSignalRegistration.Create(signal, _ => Exit()));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => EndAll();
        AppDomain.CurrentDomain.UnhandledException += (_, _) => EndAll();
    }

    private static void Exit()
    {
        EndAll();
        Environment.Exit(1);
    }

    private static void EndAll()
    {
        // The exit that a signal leads to calls this again, on a thread of its own.
        if (Interlocked.Exchange(ref s_isEnding, true)) return;

        // Never released: no server is started after the last was ended.
        s_gate.Enter();
        foreach (var process in s_running.Keys) Kill(process);
        foreach (var folder in s_running.Values) Directory.Delete(folder, recursive: true);
        s_running.Clear();
    }

    private static void Kill(Process process)
    {
        process.Kill();
        process.WaitForExit();
    }
}
