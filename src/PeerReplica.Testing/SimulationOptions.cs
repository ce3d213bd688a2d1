using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace PeerReplica.Testing;

/// <summary>How a simulated cluster is made. The same options and the same calls give the same run, to the byte, in any process.</summary>
public sealed record SimulationOptions
{
    /// <summary>Everything that is left to chance follows from it. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How many replicas to begin with, 1 to 64. Default 3.</summary>
    public int Replicas { get; init; } = 3;

    /// <summary>What goes wrong, from the start until <see cref="SimulatedCluster.Heal"/>. Default <see cref="FaultOptions.None"/>.</summary>
    public FaultOptions Faults { get; init; } = FaultOptions.None;

    /// <summary>Sets a replica's options. Listen, seeds and node name are the simulator's.</summary>
    public Action<PeerReplicaOptions>? Configure { get; init; }

    /// <summary>
    /// A name, as <c>host:port</c>, that is every replica's only seed: it stands for the addresses of all replicas, running or not, and of machines that are gone. Null: each
    /// replica has all addresses as its seeds. Default null. <see cref="SimulatedNetwork.SetName"/> changes what it stands for.
    /// </summary>
    public string? SharedSeed { get; init; }

    /// <summary>Takes the replicas' logs. Default: none.</summary>
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;

    /// <summary>How many events pass between two checks of one replica against the history of all changes. 1 to 1,000,000. Default 32.</summary>
    public int EventsPerCheck { get; init; } = 32;

    /// <summary>What a replica advertises, by its index, in place of the address at which it listens; null for that address.</summary>
    internal Func<int, string?> Advertise { get; init; } = static _ => null;

    /// <summary>Whether replicas sign what only they may write, and believe others only with their signature.</summary>
    internal bool Signs { get; init; }

    internal int MaxFrameBytes { get; init; }

    /// <summary>The most data that may be unacknowledged on one link, in bytes; 0: as usual.</summary>
    internal int WindowBytes { get; init; }

    /// <summary>The most bytes on their way in one direction of a connection. Small by default, so that connections often have no room.</summary>
    internal int RoomBytes { get; init; } = 16 << 10;

    /// <summary>Whether every change is noted for the checks. Without it nothing is checked, and memory does not grow with the number of changes.</summary>
    internal bool KeepsHistory { get; init; } = true;
}
