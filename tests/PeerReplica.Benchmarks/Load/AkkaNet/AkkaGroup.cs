using System.Globalization;
using PeerReplica.Benchmarks.Load.Peers;

namespace PeerReplica.Benchmarks.Load.AkkaNet;

/// <summary>Starts the nodes of a cluster of Akka.NET in processes of their own.</summary>
internal static class AkkaGroup
{
    /// <summary>Returns when each node sees all nodes up.</summary>
    public static async Task<PeerGroup> StartAsync(int count)
    {
        var group = PeerGroup.StartWithoutLinks(count);
        var seed = await group[0].AskAsync("akka-start");
        var start = string.Create(CultureInfo.InvariantCulture, $"akka-start {seed}");
        foreach (var peer in group.All.Skip(1)) await peer.AskAsync(start);
        foreach (var peer in group.All)
        {
            while (await peer.AskAsync("akka-members") < count) await Task.Delay(50);
        }

        return group;
    }
}
