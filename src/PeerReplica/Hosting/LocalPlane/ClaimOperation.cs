using PeerReplica.Escrow;

namespace PeerReplica.Hosting.LocalPlane;

/// <summary>Something asked of the authority over a claim, until its answer is seen there or the asker gives up.</summary>
/// <param name="request">What is asked.</param>
/// <param name="judge">What a decision that counts means for the asker, told whether the request was granted; null: not an answer yet.</param>
internal sealed class ClaimOperation(ClaimRequest request, Func<ClaimRequest, ClaimRecord, bool, int?> judge)
{
    public ClaimRequest Request { get; set; } = request;

    public Func<ClaimRequest, ClaimRecord, bool, int?> Judge { get; } = judge;

    /// <summary>Of one that was withdrawn: since when its authority can be reached without a break; never while it cannot.</summary>
    public Causality.Instant ReachableSince { get; set; } = Causality.Instant.Never;

    /// <summary>Which authority that is.</summary>
    public ReplicaId Authority { get; set; }

    public TaskCompletionSource<(int Outcome, ulong Ticket)> Done { get; } = new();
}
