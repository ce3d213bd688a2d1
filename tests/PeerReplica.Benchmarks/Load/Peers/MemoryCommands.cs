using System.Collections.Concurrent;
using System.Runtime;

namespace PeerReplica.Benchmarks.Load.Peers;

/// <summary>What the process uses: memory, CPU, and the collector that it runs with.</summary>
internal sealed class MemoryCommands
{
    public MemoryCommands(LoadPeer peer)
    {
        peer.Add("memory", _ => LoadPeer.Say(Managed()));
        peer.Add("dictionary", words => LoadPeer.Say(DictionaryBytes(LoadPeer.Int(words[0]))));
        peer.Add("cpu", _ => LoadPeer.Say(Environment.CpuUsage.TotalTime.TotalSeconds));
        peer.Add("collector", _ => LoadPeer.Say(GCSettings.IsServerGC ? 1 : 0, GC.GetConfigurationVariables()["ConcurrentGC"] is true ? 1 : 0));
    }

    private static long Managed() => GC.GetTotalMemory(forceFullCollection: true);

    /// <summary>Of the same entries in a dictionary: the baseline.</summary>
    private static long DictionaryBytes(int count)
    {
        var before = Managed();
        var dictionary = new ConcurrentDictionary<string, byte[]>();
        for (var i = 0; i < count; i++) dictionary[FillCommands.KeyOf('d', i)] = FillCommands.ValueOf(i, 8, 0);
        var bytes = Managed() - before;
        GC.KeepAlive(dictionary);
        return bytes;
    }
}
