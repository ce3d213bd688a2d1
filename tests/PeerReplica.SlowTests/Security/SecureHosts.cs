namespace PeerReplica.SlowTests.Security;

/// <summary>Replicas on loopback that share a secret.</summary>
internal static class SecureHosts
{
    public static Task<Hosts> StartAsync(string name, params string[] seeds) => StartAsync(name, null, seeds);

    public static Task<Hosts> StartAsync(string name, Action<PeerReplicaOptions>? configure, params string[] seeds) => Hosts.StartAsync(b => b.AddCounter("sold"), o =>
    {
        o.NodeName = name;
        o.SharedSecret = Secrets.First;
        o.HeartbeatInterval = TimeSpan.FromMilliseconds(200);
        o.PeerTimeout = TimeSpan.FromSeconds(2);
        o.SeedTimeout = TimeSpan.FromSeconds(1);
        foreach (var seed in seeds) o.Seeds.Add(seed);
        configure?.Invoke(o);
    });

    /// <summary>Waits until a condition holds, as long as a test over real sockets does.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what, TimeSpan? within = null)
    {
        var end = DateTime.UtcNow + (within ?? Hosts.Patience);
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < end, what);
            await Task.Delay(20);
        }
    }

    public static int Linked(this Hosts host) => host.Replica.Peers.Count(p => p.State == PeerState.Up);
}
