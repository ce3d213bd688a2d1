using Microsoft.Extensions.Logging;

namespace PeerReplica.Hosting;

/// <summary>What is fixed for each reason: status, readiness, and how the monitor logs it.</summary>
internal static class HealthReasons
{
    public static ReplicaHealthReason[] All { get; } = Enum.GetValues<ReplicaHealthReason>();

    public static ReplicaHealthStatus StatusOf(ReplicaHealthReason reason) => reason switch
    {
        ReplicaHealthReason.Oversold or ReplicaHealthReason.AccountClosed or ReplicaHealthReason.FormedTwice
            or ReplicaHealthReason.Expelled => ReplicaHealthStatus.Unhealthy,
        _ => BlocksReadiness(reason) ? ReplicaHealthStatus.Unhealthy : ReplicaHealthStatus.Degraded,
    };

    public static bool BlocksReadiness(ReplicaHealthReason reason) => reason is ReplicaHealthReason.NotStarted or ReplicaHealthReason.NotSynchronized
        or ReplicaHealthReason.Stopping or ReplicaHealthReason.Stopped or ReplicaHealthReason.Faulted;

    /// <summary>None for the states of the host's life, and for conditions that have a log event of their own.</summary>
    public static LogLevel LevelOf(ReplicaHealthReason reason) => reason switch
    {
        ReplicaHealthReason.ObjectMismatch => LogLevel.Error,
        ReplicaHealthReason.NotStarted or ReplicaHealthReason.Stopping or ReplicaHealthReason.Stopped or ReplicaHealthReason.Faulted => LogLevel.None,
        ReplicaHealthReason.PeerRefused or ReplicaHealthReason.ClockSkew or ReplicaHealthReason.ContentMismatch => LogLevel.None,
        ReplicaHealthReason.PeerQuarantined or ReplicaHealthReason.PeerExpelled or ReplicaHealthReason.Expelled => LogLevel.None,
        ReplicaHealthReason.ChangeRefused => LogLevel.None,
        ReplicaHealthReason.Oversold or ReplicaHealthReason.AccountsUnbalanced or ReplicaHealthReason.AccountClosed or ReplicaHealthReason.FormedTwice => LogLevel.None,
        _ => LogLevel.Warning,
    };

    /// <summary>Whether the end of a condition is logged: states of the host's life end by another one, which says so itself.</summary>
    public static bool LogsEnd(ReplicaHealthReason reason) =>
        LevelOf(reason) != LogLevel.None || reason is ReplicaHealthReason.PeerRefused or ReplicaHealthReason.ClockSkew or ReplicaHealthReason.ContentMismatch
            or ReplicaHealthReason.AccountsUnbalanced or ReplicaHealthReason.PeerQuarantined
            or ReplicaHealthReason.PeerExpelled or ReplicaHealthReason.Expelled or ReplicaHealthReason.ChangeRefused;
}
