using PeerReplica.Escrow;

namespace PeerReplica.Hosting.Handles;

/// <summary>What a decision about a hold means for whoever asked to confirm or cancel it.</summary>
internal static class HoldOutcomes
{
    public static int? Judge(ClaimRequest request, ClaimRecord record, bool isMine) => (int?)(record.State switch
    {
        ClaimState.Taken => isMine ? HoldOutcome.Confirmed : HoldOutcome.AlreadyConfirmed,
        ClaimState.Canceled => isMine ? HoldOutcome.Canceled : HoldOutcome.AlreadyCanceled,
        ClaimState.Expired => HoldOutcome.Expired,
        _ => (HoldOutcome?)null,
    });
}
