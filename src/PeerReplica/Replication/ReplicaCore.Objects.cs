using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>Declaring what is registered here, and comparing what peers declare.</summary>
internal sealed partial class ReplicaCore
{
    /// <summary>What is registered here and differently elsewhere.</summary>
    public Declarations Declarations { get; } = new();

    /// <summary>Notes an object that the app registered. Before the start.</summary>
    public void Declare(ReplicatedObject replicated) =>
        Declarations.Add(new DeclaredObject(replicated.Identity, replicated.ValueEncoding, replicated.Terms));

    private void SendObjects(Link link)
    {
        foreach (var frame in Declarations.Frames(_options.MaxFrameBytes))
        {
            var offset = BeginFrame();
            Outputs.Frames.Write(frame);
            EndFrame(link, offset, MessageType.Objects);
        }
    }

    private bool OnObjects(Link link, ReadOnlyMemory<byte> frame)
    {
        if (ControlReader.ReadObjects(frame, out var isContinued) is not { } declared) return false;
        Counters.ObjectMismatches += Declarations.Learn(link.Peer!.Id, link.Peer.NodeName, isContinued, declared);
        return true;
    }
}
