using Microsoft.Extensions.Logging;

namespace PeerReplica.AspNetCore;

/// <summary>Every log message of the package. Event ids are stable; they begin at 100, after those of the core.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Warning,
        "The replica is not synchronized after {Timeout}. The app serves now, and its readiness check stays unhealthy until the replica is synchronized. {Health}")]
    public static partial void ServesUnsynchronized(ILogger logger, TimeSpan timeout, string health);
}
