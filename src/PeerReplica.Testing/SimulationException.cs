namespace PeerReplica.Testing;

/// <summary>A simulated run broke a promise, or did not come to its end. The message names the seed.</summary>
public sealed class SimulationException : Exception
{
    internal SimulationException(string message, ulong seed, TimeSpan at, Exception? innerException = null)
        : base($"{message} (seed {seed}, at {at.TotalSeconds:0.000000} s)", innerException)
    {
        Seed = seed;
        At = at;
    }

    /// <summary>The seed that leads there.</summary>
    public ulong Seed { get; }

    /// <summary>The virtual time at which it was noticed.</summary>
    public TimeSpan At { get; }
}
