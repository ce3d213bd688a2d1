using System.Diagnostics;
using Akka.Actor;
using PeerReplica.Benchmarks.Load.Stamps;

namespace PeerReplica.Benchmarks.Load.AkkaNet;

/// <summary>A subscriber of a register in Akka.NET's distributed data.</summary>
internal sealed class AkkaStamps : StampObserver
{
    private readonly AkkaNode _node;
    private readonly IActorRef _watcher;

    public AkkaStamps(AkkaNode node)
    {
        _node = node;

        // A new subscriber is told the value that is there.
        var start = Stopwatch.GetTimestamp();
        _watcher = node.Watch(stamp =>
        {
            if (stamp >= start) Note(stamp);
        });
    }

    protected override void Close() => _node.Unwatch(_watcher);
}
