using System.Diagnostics;
using System.Globalization;

namespace PeerReplica.SlowTests.Processes;

/// <summary>The servers that the benchmark program starts end with it.</summary>
public sealed class LoadServersTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [ServersTheory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("HUP")]
    public async Task A_load_run_that_a_signal_ends_leaves_no_server_behind(string signal)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Programs.Benchmarks, "load", "--only", "propagation"]) start.ArgumentList.Add(argument);
        using var load = Process.Start(start)!;
        var output = Task.WhenAll(load.StandardOutput.ReadToEndAsync(), load.StandardError.ReadToEndAsync());
        Child[] children = [];
        try
        {
            // A primary of Redis and its replica, NATS, and peers.
            await UntilAsync(() => (children = Children(load.Id)).Count(c => c.Name is "redis-server" or "nats-server") == 3);
            var folders = children.Select(c => c.Folder).Where(f => f.Contains("peerreplica-redis-", StringComparison.Ordinal)).ToArray();
            Assert.Equal(2, folders.Length);
            Kill(signal, load.Id.ToString(CultureInfo.InvariantCulture));
            await load.WaitForExitAsync().WaitAsync(s_patience);
            await UntilAsync(() => !children.Any(c => c.IsRunning()));
            Assert.DoesNotContain(folders, Directory.Exists);
        }
        finally
        {
            load.Kill(entireProcessTree: true);
            foreach (var child in children.Where(c => c.IsRunning())) Kill("KILL", child.Id);
        }

        await output.WaitAsync(s_patience);
    }

    private static void Kill(string signal, string id)
    {
        using var kill = Process.Start("kill", ["-s", signal, id]);
        kill.WaitForExit();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); await Task.Delay(50)) Assert.True(clock.Elapsed < s_patience, "It took too long.");
    }

    private static Child[] Children(int parent) =>
        [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, out _)).Select(n => Child.Read(n!)).OfType<Child>().Where(c => c.Parent == parent)];

    /// <summary>A process, as /proc shows it. The start time tells it from a later one with its id.</summary>
    private sealed record Child(string Id, string Name, int Parent, string StartTime, string Folder)
    {
        public static Child? Read(string id)
        {
            try
            {
                // ID (NAME) STATE PARENT ... STARTTIME: the fields after the name are counted from its closing parenthesis.
                var stat = File.ReadAllText($"/proc/{id}/stat");
                var name = stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..stat.LastIndexOf(')')];
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                var folder = new FileInfo($"/proc/{id}/cwd").LinkTarget ?? "";
                return fields[0] == "Z" ? null : new Child(id, name, int.Parse(fields[1], CultureInfo.InvariantCulture), fields[19], folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }

        public bool IsRunning() => Read(Id)?.StartTime == StartTime;
    }

    private sealed class ServersTheoryAttribute : TheoryAttribute
    {
        public ServersTheoryAttribute() => Skip = IsInstalled("redis-server") && IsInstalled("nats-server")
            ? null
            : "redis-server or nats-server is not installed. On Debian: apt-get install redis-server nats-server";

        private static bool IsInstalled(string server) => File.Exists($"/usr/bin/{server}") || File.Exists($"/usr/sbin/{server}");
    }
}
