using PeerReplica.Escrow;

namespace PeerReplica.Hosting.Handles;

/// <summary>What a decision about a hold means for whoever asked to confirm or cancel it.</summary>
internal static class HoldOutcomes
{
    public static int? Judge(ReservationRequest request, ReservationRecord record, bool isMine) => (int?)(record.State switch
    {
        ReservationState.Taken => isMine ? HoldOutcome.Confirmed : HoldOutcome.AlreadyConfirmed,
        ReservationState.Canceled => isMine ? HoldOutcome.Canceled : HoldOutcome.AlreadyCanceled,
        ReservationState.Expired => HoldOutcome.Expired,
        _ => (HoldOutcome?)null,
    });
}
