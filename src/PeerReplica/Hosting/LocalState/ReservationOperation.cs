using PeerReplica.Causality;
using PeerReplica.Escrow;

namespace PeerReplica.Hosting.LocalState;

/// <summary>Something asked of the authority over a reservation, until its answer is seen there or the asker gives up.</summary>
/// <param name="request">What is asked.</param>
/// <param name="until">Until when the caller waits; never: without end.</param>
/// <param name="judge">What a decision that counts means for the asker, told whether the request was granted; null: not an answer yet.</param>
internal sealed class ReservationOperation(ReservationRequest request, Instant until, Func<ReservationRequest, ReservationRecord, bool, int?> judge)
{
    public ReservationRequest Request { get; set; } = request;

    public Instant Until => until;

    public Func<ReservationRequest, ReservationRecord, bool, int?> Judge { get; } = judge;

    /// <summary>Whether the request is in the account record. Until then nobody can grant it, and nothing is left to withdraw.</summary>
    public bool IsPublished { get; set; }

    /// <summary>Whether a grant that nobody waits for any more must be taken back.</summary>
    public bool IsGrantUndone => Request.Verb is ReservationVerb.Take or ReservationVerb.Hold;

    public TaskCompletionSource<(int Outcome, ulong Ticket)> Done { get; } = new();
}
