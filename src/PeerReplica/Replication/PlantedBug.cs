namespace PeerReplica.Replication;

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
}
