using System.Diagnostics;

namespace PeerReplica.SlowTests.Containers;

/// <summary>
/// The Docker daemon that runs already; where none answers, one that is started here, with its data in a temporary folder. The started daemon changes neither
/// the machine's packet filter nor its forwarding: other tests use both.
/// </summary>
internal sealed class DockerEngine : IAsyncDisposable
{
    public const string SystemSocket = "/var/run/docker.sock";

    private static readonly TimeSpan s_startsWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stopsWithin = TimeSpan.FromSeconds(30);

    private readonly string? _folder;
    private readonly Process? _daemon;
    private readonly StreamWriter? _log;

    private DockerEngine(Uri endpoint) => Endpoint = endpoint;

    private DockerEngine(string folder)
    {
        _folder = folder;
        Endpoint = new($"unix://{folder}/docker.sock");
        _log = new StreamWriter($"{folder}/log");
        var start = new ProcessStartInfo(Docker.Daemon) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])
        [
            "--host", Endpoint.OriginalString, "--data-root", $"{folder}/data", "--exec-root", $"{folder}/exec", "--pidfile", $"{folder}/pid",
            "--iptables=false", "--ip-forward=false", "--bridge=none",
        ])
            start.ArgumentList.Add(argument);

        // It runs iptables for the names that containers resolve.
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        _daemon = new Process { StartInfo = start };
        _daemon.OutputDataReceived += (_, line) => Note(line.Data);
        _daemon.ErrorDataReceived += (_, line) => Note(line.Data);
        _daemon.Start();
        _daemon.BeginOutputReadLine();
        _daemon.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    public Uri Endpoint { get; }

    public static async Task<DockerEngine> StartAsync()
    {
        var given = Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } host ? host : $"unix://{SystemSocket}";
        var engine = new DockerEngine(new Uri(given));
        if (await engine.VersionAsync() is null)
        {
            engine = new DockerEngine(Directory.CreateTempSubdirectory("peerreplica-docker-").FullName);
            await engine.UntilUpAsync();
        }

        // The test library asks for a newer version of the API than Debian's engine has.
        var version = await engine.VersionAsync();
        if (Version.Parse(version!) < new Version(1, 44)) Environment.SetEnvironmentVariable("DOCKER_API_VERSION", version);
        return engine;
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is null) return;
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        Terminate();
        await _daemon.WaitForExitAsync().WaitAsync(s_stopsWithin);
        _daemon.Dispose();
        await _log!.DisposeAsync();
        Directory.Delete(_folder!, recursive: true);
    }

    private async Task UntilUpAsync()
    {
        var clock = Stopwatch.StartNew();
        while (await VersionAsync() is null)
        {
            if (_daemon!.HasExited || clock.Elapsed > s_startsWithin)
                throw new InvalidOperationException($"dockerd did not start: {await File.ReadAllTextAsync($"{_folder}/log")}");
            await Task.Delay(100);
        }
    }

    /// <summary>The version of the API that the daemon speaks; null if it does not answer.</summary>
    private async Task<string?> VersionAsync()
    {
        try
        {
            return (await Docker.RunAsync(Endpoint, "version", "--format", "{{.Server.APIVersion}}")).Trim() is { Length: > 0 } version ? version : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private void Note(string? line)
    {
        lock (_log!)
        {
            _log.WriteLine(line);
            _log.Flush();
        }
    }

    private void OnExit(object? sender, EventArgs e) => Terminate();

    /// <summary>With SIGTERM, on which the daemon ends what it started and unmounts its layers.</summary>
    private void Terminate()
    {
        if (_daemon!.HasExited) return;
        using var kill = Process.Start("kill", ["-TERM", $"{_daemon.Id}"]);
        kill.WaitForExit();
    }
}
