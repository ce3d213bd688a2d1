using PeerReplica.Crdts;

namespace PeerReplica.Replication;

/// <summary>How one link's sender numbers origins and objects.</summary>
internal sealed class DeltaReaderState
{
    /// <summary>The most objects a sender may number on a link: beyond that it is not one of us.</summary>
    public const int MaxObjects = 65_536;

    /// <summary>Whose link it is; zero before its hello.</summary>
    public ReplicaId Sender { get; set; }

    public List<ReplicaId> Origins { get; } = [];

    public List<ObjectIdentity> Objects { get; } = [];

    /// <summary>The origins whose changes are refused on this link for now.</summary>
    public HeldBack HeldBack { get; } = new();

    public (int Origins, int Objects) Mark => (Origins.Count, Objects.Count);

    public void StartFresh() => Return((0, 0));

    /// <summary>Forgets what was numbered since the mark.</summary>
    public void Return((int Origins, int Objects) mark)
    {
        Origins.RemoveRange(mark.Origins, Origins.Count - mark.Origins);
        Objects.RemoveRange(mark.Objects, Objects.Count - mark.Objects);
    }
}
