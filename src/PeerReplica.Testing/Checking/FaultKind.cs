namespace PeerReplica.Testing.Checking;

/// <summary>What went wrong.</summary>
internal enum FaultKind
{
    /// <summary>A process ended without a word.</summary>
    Kill,

    /// <summary>A machine starts a new run; its peers are in the phases that count.</summary>
    Restart,

    /// <summary>A process ended and never returns.</summary>
    Loss,

    /// <summary>The network between two machines was cut.</summary>
    Cut,

    /// <summary>A frame was lost.</summary>
    LostFrame,

    /// <summary>A frame arrives twice.</summary>
    DoubledFrame,

    /// <summary>A process stood still.</summary>
    Pause,

    /// <summary>A connection had no room.</summary>
    Stall,

    /// <summary>A wall clock was set.</summary>
    ClockStep,
}
