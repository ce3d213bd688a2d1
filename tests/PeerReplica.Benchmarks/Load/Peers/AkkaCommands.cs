using PeerReplica.Benchmarks.Load.AkkaNet;

namespace PeerReplica.Benchmarks.Load.Peers;

/// <summary>Starting a node of Akka.NET in this process, and asking it.</summary>
internal sealed class AkkaCommands
{
    private AkkaNode? _node;

    public AkkaCommands(LoadPeer peer)
    {
        peer.Add("akka-start", words => Start(words.Length > 0 ? LoadPeer.Int(words[0]) : null));
        peer.Add("akka-members", _ => LoadPeer.Say(Node.Members));
    }

    public AkkaNode Node => _node ?? throw new InvalidOperationException("No node of Akka.NET was started.");

    public void Stop() => _node?.Dispose();

    private string Start(int? seedPort)
    {
        _node = new(seedPort);
        return LoadPeer.Say(_node.Port);
    }
}
