using Microsoft.Extensions.Logging;

namespace PeerReplica.AspNetCore;

/// <summary>Every log message of the package. Event ids are stable; they begin at 100, after those of the core.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Warning,
        "The replica is not synchronized after {Timeout}. The app serves now, and its readiness check stays unhealthy until the replica is synchronized. {Health}")]
    public static partial void ServesUnsynchronized(ILogger logger, TimeSpan timeout, string health);

    [LoggerMessage(101, LogLevel.Warning,
        "A data protection key or revocation was stored, and {Reached} of {Required} members hold it. It spreads to the others once they are reached; until then they cannot read what it protects.")]
    public static partial void KeyNotEverywhere(ILogger logger, int reached, int required, Exception exception);

    [LoggerMessage(102, LogLevel.Error, "The data protection element {Key} could not be deleted. It and those that were to be deleted after it stay.")]
    public static partial void KeyNotDeleted(ILogger logger, string key, Exception exception);

    [LoggerMessage(103, LogLevel.Warning,
        "A data protection key is generated without the cluster's consent: the cluster answered {Outcome} for {Elapsed}. Another instance may generate one too; both are valid everywhere once they have spread.")]
    public static partial void KeyWithoutLease(ILogger logger, TimeSpan elapsed, PoolOutcome outcome);

    [LoggerMessage(104, LogLevel.Information, "The right to generate a data protection key was not released; it ends by itself within {TimeToLive}.")]
    public static partial void LeaseNotReleased(ILogger logger, TimeSpan timeToLive, Exception exception);

    [LoggerMessage(105, LogLevel.Error, "A session could not be read. The request goes on with an empty session, which is not stored.")]
    public static partial void SessionUnreadable(ILogger logger, Exception exception);

    [LoggerMessage(106, LogLevel.Information, "A session was not stored, because it could not be read.")]
    public static partial void SessionNotCommitted(ILogger logger);

    [LoggerMessage(107, LogLevel.Warning,
        "A response of {Bytes} bytes was not cached, and was served all the same. Further ones are not reported for a minute.")]
    public static partial void ResponseNotCached(ILogger logger, int bytes, Exception exception);

    [LoggerMessage(108, LogLevel.Warning,
        "The dashboard at {Path} is closed, and a request for it was answered with 404: {Reason} Name a policy: app.MapPeerReplicaDashboard().RequireAuthorization(...). This is logged once.")]
    public static partial void DashboardClosed(ILogger logger, string path, string reason);

    [LoggerMessage(109, LogLevel.Warning, "The value '{Name}' of the node report could not be read, and is left out until it can. Further failures are not logged.")]
    public static partial void NodeValueFailed(ILogger logger, string name, Exception exception);

    [LoggerMessage(110, LogLevel.Warning, "The node report could not be published. The next one is tried at its time.")]
    public static partial void ReportNotPublished(ILogger logger, Exception exception);

    [LoggerMessage(111, LogLevel.Error, "The dashboard could not read the replica's state. It tries again at each interval; further failures are not logged until it succeeds.")]
    public static partial void DashboardNotSampled(ILogger logger, Exception exception);
}
