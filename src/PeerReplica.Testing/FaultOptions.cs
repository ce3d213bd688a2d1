namespace PeerReplica.Testing;

/// <summary>What the simulated network and machines do wrong. Everything that happens is drawn from the seed.</summary>
public sealed record FaultOptions
{
    /// <summary>A reliable network with a fraction of a millisecond of delay; nothing fails by itself.</summary>
    public static FaultOptions None { get; } = new();

    /// <summary>Every kind of fault, at rates that leave a small cluster some time to work.</summary>
    public static FaultOptions All { get; } = new()
    {
        MaxDelay = TimeSpan.FromMilliseconds(40),
        Loss = 0.02,
        Duplication = 0.02,
        Reordering = true,
        Partitions = true,
        Crashes = true,
        Pauses = true,
        Stalls = true,
        ClockFaults = true,
    };

    /// <summary>The least time that a frame travels. Default 0.1 ms.</summary>
    public TimeSpan MinDelay { get; init; } = TimeSpan.FromMilliseconds(0.1);

    /// <summary>The most time that a frame travels; it is drawn evenly for each frame. Default 0.5 ms.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMilliseconds(0.5);

    /// <summary>The probability that a frame is lost, 0 to 1. Default 0.</summary>
    public double Loss { get; init; }

    /// <summary>The probability that a frame arrives twice, 0 to 1. Default 0.</summary>
    public double Duplication { get; init; }

    /// <summary>Whether a frame may overtake others of the same connection. Default <see langword="false"/>.</summary>
    public bool Reordering { get; init; }

    /// <summary>Whether the network splits from time to time: in two, one replica off, in one direction only, flapping.</summary>
    public bool Partitions { get; init; }

    /// <summary>Whether replicas crash and start again, always with an empty memory.</summary>
    public bool Crashes { get; init; }

    /// <summary>Whether replicas stand still for a while, as under SIGSTOP, and then go on.</summary>
    public bool Pauses { get; init; }

    /// <summary>Whether connections accept nothing for a while.</summary>
    public bool Stalls { get; init; }

    /// <summary>Whether wall clocks step, within a third of <see cref="PeerReplicaOptions.MaxClockSkew"/>, and monotonic clocks run up to 1 % fast or slow.</summary>
    public bool ClockFaults { get; init; }

    /// <summary>The mean time between two faults. Default 250 ms.</summary>
    public TimeSpan MeanInterval { get; init; } = TimeSpan.FromMilliseconds(250);
}
