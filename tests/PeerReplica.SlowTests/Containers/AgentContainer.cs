using System.Text.Json;
using DotNet.Testcontainers.Containers;

namespace PeerReplica.SlowTests.Containers;

/// <summary>One agent of the sample in a container of its own.</summary>
internal sealed class AgentContainer(IContainer container, string name, string address, AgentNetwork network)
{
    private bool _isRemoved;

    public string Name => name;

    public string Address => address;

    public Task PauseAsync() => container.PauseAsync();

    public Task UnpauseAsync() => container.UnpauseAsync();

    /// <summary>SIGTERM: the agent hands over its rights and leaves.</summary>
    public Task StopAsync() => DockerAsync("stop", "--time", "20", container.Id);

    public Task KillAsync() => DockerAsync("kill", container.Id);

    /// <summary>Starts it again after a kill: the same host name, a new process.</summary>
    public Task RestartAsync() => DockerAsync("start", container.Id);

    public Task DisconnectAsync() => DockerAsync("network", "disconnect", network.Name, container.Id);

    /// <summary>With whatever address is free.</summary>
    public Task ReconnectAsync() => DockerAsync("network", "connect", "--alias", AgentNetwork.Service, network.Name, container.Id);

    /// <summary>Removes it, so that its address is free.</summary>
    public async Task RemoveAsync()
    {
        await container.DisposeAsync();
        _isRemoved = true;
    }

    public Task<long> ExitCodeAsync() => container.GetExitCodeAsync();

    /// <summary>The latest of its reports; null if there is none yet.</summary>
    public async Task<JsonElement?> ReportAsync()
    {
        var lines = (await DockerAsync("logs", "--tail", "40", container.Id)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return Array.FindLast(lines, l => l.StartsWith('{') && l.EndsWith('}')) is { } line ? JsonDocument.Parse(line).RootElement : null;
    }

    /// <summary>Everything it printed, for a failed test.</summary>
    public async Task<string> LogsAsync()
    {
        if (_isRemoved) return $"{Name} at {Address}: removed";
        var (output, errors) = await container.GetLogsAsync();
        return $"{Name} at {Address}:\n{errors}\n{output.TrimEnd().Split('\n')[^1]}";
    }

    private Task<string> DockerAsync(params string[] arguments) => Docker.RunAsync(network.Endpoint, arguments);
}
