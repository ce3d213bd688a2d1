namespace PeerReplica;

/// <summary>
/// Faults that tests plant to see that the simulator finds them. None in every other run; the options that users see cannot set them.
/// </summary>
[Flags]
internal enum PlantedBug
{
    None = 0,
    ApplyOverGap = 1,
    AbsenceIsRemoval = 2,
    CollectBeforeStable = 4,
    ReuseDotsAfterRestart = 8,
    RelayClaimsUnsent = 16,
    TieByArrival = 32,
    AddContribution = 64,
    AcknowledgeBeforeApply = 128,

    /// <summary>What is heard of counts before the council has acknowledged it: a gift of rights at its receiver, a limit at its owner.</summary>
    TrustGifts = 256,

    /// <summary>A replica forms the cluster without the others' pledges.</summary>
    FormAlone = 512,

    /// <summary>What a closed account is known to have taken is taken for all that it took.</summary>
    CloseWithoutFence = 1024,

    /// <summary>A hold that is confirmed again is taken again.</summary>
    ConfirmTwice = 2048,

    /// <summary>A hold is confirmed by whoever is asked, and not by its holder.</summary>
    ConfirmAnywhere = 4096,
}
