using PeerReplica.Causality;

namespace PeerReplica.Crdts;

/// <summary>What few records have. Apart, so that the others need no room for it.</summary>
internal sealed class RecordDetails
{
    public Instant ExpiresAt;
    public SlidingExpiration? Sliding;
    public Dot[]? Observed;
    public Dot Killer;
    public RecordProof? Proof;
}
