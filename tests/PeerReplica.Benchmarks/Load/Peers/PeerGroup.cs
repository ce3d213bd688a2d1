namespace PeerReplica.Benchmarks.Load.Peers;

/// <summary>Several peers in processes of their own, each linked with each.</summary>
internal sealed class PeerGroup : IDisposable
{
    private readonly List<PeerProcess> _peers = [];

    public IReadOnlyList<PeerProcess> All => _peers;

    public PeerProcess this[int index] => _peers[index];

    public static async Task<PeerGroup> StartAsync(int count, params (string Name, string Value)[] environment)
    {
        var group = StartWithoutLinks(count, environment);
        for (var i = 0; i < count; i++) await group[i].StartReplicaAsync($"peer-{i}", i == 0 ? null : group[0].Address);
        await group.UntilLinkedAsync();
        return group;
    }

    /// <summary>Each a cluster of its own, once its replica is started.</summary>
    public static PeerGroup StartWithoutLinks(int count, params (string Name, string Value)[] environment)
    {
        // All at once: what takes the time is the runtime's start.
        var group = new PeerGroup();
        for (var i = 0; i < count; i++) group._peers.Add(PeerProcess.Start(environment));
        return group;
    }

    public async Task AddAsync()
    {
        _peers.Add(PeerProcess.Start());
        await _peers[^1].StartReplicaAsync($"peer-{_peers.Count - 1}", _peers[0].Address);
        await UntilLinkedAsync();
    }

    /// <summary>The same command to all at once; the answers in their order.</summary>
    public async Task<double[][]> NumbersAsync(string command)
    {
        foreach (var peer in _peers) await peer.TellAsync(command);
        var answers = new List<double[]>();
        foreach (var peer in _peers) answers.Add(await peer.NumbersAsync());
        return [.. answers];
    }

    /// <summary>CPU seconds of each since its start.</summary>
    public async Task<double[]> CpuAsync() => [.. (await NumbersAsync("cpu")).Select(a => a[0])];

    public void Dispose()
    {
        foreach (var peer in _peers) peer.Dispose();
    }

    private async Task UntilLinkedAsync()
    {
        foreach (var peer in _peers)
        {
            while (await peer.AskAsync("linked") < _peers.Count - 1) await Task.Delay(10);
        }
    }
}
