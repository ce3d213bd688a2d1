using System.Diagnostics;
using PeerReplica.Benchmarks.Load.Bare;
using PeerReplica.Benchmarks.Load.Redis;
using PeerReplica.Benchmarks.Load.Stamps;

namespace PeerReplica.Benchmarks.Load.Peers;

/// <summary>Stamps on their way: written by this thread, or observed by one of the observer's. A stamp is the moment of its writing on the machine's monotonic clock.</summary>
internal sealed class StampCommands
{
    private StampObserver? _observer;

    public StampCommands(LoadPeer peer)
    {
        peer.Add("observe", words => LoadPeer.Say((_observer = StampWays.Observer(words[0], peer, words.Length > 1 ? LoadPeer.Int(words[1]) : 0)).Port));
        peer.Add("observed", _ => Observed());
        peer.Add("stamp", words => Write(StampWays.Writer(words[0], peer, LoadPeer.Int(words[1])), LoadPeer.Int(words[2]), LoadPeer.Int(words[3])));
        peer.Add("echo", words => LoadPeer.Say(Echo.Start(words[0] == "tls")));
        peer.Add("trips", words => LoadPeer.Say(Echo.Trips(words[0] == "tls", LoadPeer.Int(words[1]), LoadPeer.Int(words[2]), LoadPeer.Int(words[3]))));
        peer.Add("redis-wait", words => LoadPeer.Say(RedisLoad.Waits(LoadPeer.Int(words[0]), LoadPeer.Int(words[1]), LoadPeer.Int(words[2]))));
    }

    private static string Write(StampWriter writer, int samples, int pause)
    {
        using (writer)
        {
            for (var i = 0; i < samples; i++)
            {
                Thread.Sleep(pause);
                writer.Write(Stopwatch.GetTimestamp());
            }
        }

        return "0";
    }

    private string Observed()
    {
        using var observer = _observer!;
        _observer = null;
        return LoadPeer.Say(observer.Stop());
    }
}
