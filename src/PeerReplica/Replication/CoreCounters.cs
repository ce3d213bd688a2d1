namespace PeerReplica.Replication;

/// <summary>What the core has done since its start; read by the metrics.</summary>
internal sealed class CoreCounters
{
    /// <summary>Local changes that got a dot.</summary>
    public long Published;

    /// <summary>Records of peers that changed something here.</summary>
    public long Merged;

    /// <summary>Transfers whose whole content was known.</summary>
    public long Duplicates;

    /// <summary>Transfers that began past what was here.</summary>
    public long Gaps;

    /// <summary>How often an origin's changes came to be refused on a link while the others were applied.</summary>
    public long HeldBack;

    /// <summary>How often an identity was put in quarantine.</summary>
    public long Quarantined;

    /// <summary>Full states applied.</summary>
    public long FullStates;

    /// <summary>Full states that were not asked for, of which nothing was taken.</summary>
    public long UnaskedFullStates;

    /// <summary>Full states asked of peers because their floor passed the vector here; repairs are not counted.</summary>
    public long FullStatesRequested;

    /// <summary>Announced members beyond what is dialed and waited for.</summary>
    public long MembersPassedOver;

    /// <summary>How often an origin was not taken, because its sender had made too many known.</summary>
    public long OriginsHeldBack;

    /// <summary>Heartbeats that showed other content under an equal vector.</summary>
    public long Mismatches;

    /// <summary>Objects that peers declared otherwise than they are registered here.</summary>
    public long ObjectMismatches;

    /// <summary>How often the whole vector was compared with what a peer contains or was told: what tests of the bounds count.</summary>
    public long VectorsCompared;

    /// <summary>Transfers that were sent for another origin.</summary>
    public long Relayed;
}
