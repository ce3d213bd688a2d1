using PeerReplica.Testing;

namespace PeerReplica.Simulation;

/// <summary>Faults as a scenario's seed draws them: each kind in two seeds of three, how much of it by chance.</summary>
internal static class DrawnFaults
{
    /// <param name="random">Draws.</param>
    /// <param name="delay">The most milliseconds that a frame travels.</param>
    /// <param name="loss">The greatest probability that a frame is lost.</param>
    /// <param name="crashes">Whether replicas crash at will; null leaves that to chance too.</param>
    /// <param name="interval">Between which milliseconds the mean time between two faults lies.</param>
    public static FaultOptions From(Random random, double delay, double loss, bool? crashes, (int From, int To) interval)
    {
        bool Chance() => random.Next(3) != 0;
        return new FaultOptions
        {
            MaxDelay = TimeSpan.FromMilliseconds(0.2 + (random.NextDouble() * random.NextDouble() * delay)),
            Loss = Chance() ? random.NextDouble() * loss : 0,
            Duplication = Chance() ? random.NextDouble() * 0.05 : 0,
            Reordering = Chance(),
            Partitions = Chance(),
            Crashes = crashes ?? Chance(),
            Pauses = Chance(),
            Stalls = Chance(),
            ClockFaults = Chance(),
            MeanInterval = TimeSpan.FromMilliseconds(random.Next(interval.From, interval.To)),
        };
    }
}
