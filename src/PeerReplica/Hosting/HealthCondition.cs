using PeerReplica.Causality;

namespace PeerReplica.Hosting;

/// <summary>One condition that holds now, reported or not yet.</summary>
internal sealed class HealthCondition(Instant since)
{
    public Instant Since { get; } = since;

    /// <summary>The last evaluation that found the condition.</summary>
    public long Round { get; set; }

    /// <summary>A condition that follows from an event holds until then, whether or not an evaluation finds it.</summary>
    public Instant Until { get; set; }

    /// <summary>Changes when the text must be written again.</summary>
    public long Version { get; set; }

    /// <summary>From when on a warning is due.</summary>
    public Instant WarnAt { get; set; }

    public bool IsLogged { get; set; }

    /// <summary>What is reported; null while the condition is too young.</summary>
    public ReplicaHealthFinding? Finding { get; set; }
}
