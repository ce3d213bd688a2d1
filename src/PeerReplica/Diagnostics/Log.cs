using Microsoft.Extensions.Logging;
using PeerReplica.Replication;

namespace PeerReplica.Diagnostics;

/// <summary>Every log event, with its id: an id, once released, keeps its meaning.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Replica {Id} ({NodeName}) runs at {Address} in cluster '{Cluster}'.")]
    public static partial void Started(ILogger logger, ReplicaId id, string nodeName, string address, string cluster);

    [LoggerMessage(2, LogLevel.Information, "Peer {NodeName} at {Address} is {State}.")]
    public static partial void PeerChanged(ILogger logger, string nodeName, string address, PeerState state);

    [LoggerMessage(EventId = 3, Message = "The link with {Address} was closed ({Verdict}): {Detail}.")]
    public static partial void LinkRefused(ILogger logger, LogLevel level, string address, LinkVerdict verdict, string detail);

    [LoggerMessage(EventId = 21, Message = "Changes on the link with {Address} are held back ({Verdict}): {Detail}. Everything else is replicated.")]
    public static partial void HeldBack(ILogger logger, LogLevel level, string address, LinkVerdict verdict, string detail);

    [LoggerMessage(22, LogLevel.Information, "This replica is not synchronized: {Reason}. It keeps trying.")]
    public static partial void NotSynced(ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Debug, "The connection with {Address} ended: {Reason}.")]
    public static partial void LinkLost(ILogger logger, string address, string reason);

    [LoggerMessage(5, LogLevel.Debug, "Dialing failed: {Reason}.")]
    public static partial void DialFailed(ILogger logger, string reason);

    [LoggerMessage(6, LogLevel.Error, "Content differs from peer {NodeName} though both hold the same changes. It is being repaired; please report this with the log.")]
    public static partial void ContentMismatch(ILogger logger, string nodeName);

    [LoggerMessage(7, LogLevel.Information, "Member {Replica} has been out of reach for too long and was forgotten; should it return, it gets the full state.")]
    public static partial void Forgotten(ILogger logger, string replica);

    [LoggerMessage(8, LogLevel.Information, "The first synchronization is complete.")]
    public static partial void Synced(ILogger logger);

    [LoggerMessage(9, LogLevel.Critical, "The replica stopped because of a broken invariant. The app goes on; its state is no longer replicated.")]
    public static partial void Faulted(ILogger logger, Exception exception);

    [LoggerMessage(10, LogLevel.Warning, "Stopping before every change was handed over: {Detail}")]
    public static partial void DrainIncomplete(ILogger logger, string detail);

    [LoggerMessage(11, LogLevel.Error, "This replica was declared dead and its accounts were closed: it can take nothing from bounded counters any more. Restart it.")]
    public static partial void AccountClosed(ILogger logger);

    [LoggerMessage(12, LogLevel.Critical, "The cluster was formed twice, or one thing was decided twice: bounded counters may have been granted twice. Stop the smaller part, set ExpectedReplicas, and start it again.")]
    public static partial void FormedTwice(ILogger logger);

    [LoggerMessage(13, LogLevel.Warning, "ExpectedReplicas is not set. Should instances start while they cannot reach each other, bounded counters are granted twice; set it to the number of instances to exclude that.")]
    public static partial void BootstrapIsUnsafe(ILogger logger);

    [LoggerMessage(14, LogLevel.Critical, "'{Name}' is oversold by {Units}: more was taken than was ever granted. Either the cluster was formed twice, or an operator vouched for the end of a process that ran; if neither is so please report this with the log.")]
    public static partial void Oversold(ILogger logger, string name, long units);

    [LoggerMessage(15, LogLevel.Error, "The accounts of '{Name}' have not added up for {Seconds} s while a majority could be reached: {Audit}. Units were lost or made up; please report this with the log.")]
    public static partial void Unbalanced(ILogger logger, string name, double seconds, string audit);

    [LoggerMessage(16, LogLevel.Warning, "Something failed while the replica was stopping. It is stopped all the same; see the exception for what was not closed in good order.")]
    public static partial void StopFailed(ILogger logger, Exception exception);

    [LoggerMessage(17, LogLevel.Warning, "A {What} of '{Name}' cannot be read here: {Reason} Enumerations and watches skip such entries; overwriting and removing them works. Further ones are counted by peerreplica.values.unreadable and not logged.")]
    public static partial void Unreadable(ILogger logger, string what, string name, string reason);

    [LoggerMessage(EventId = 18, Message = "Health: {Reason} ({Subject}). {Message} {Remedy}")]
    public static partial void HealthDegraded(ILogger logger, LogLevel level, ReplicaHealthReason reason, string subject, string message, string remedy);

    [LoggerMessage(19, LogLevel.Information, "Health: {Reason} ({Subject}) is over.")]
    public static partial void HealthRestored(ILogger logger, ReplicaHealthReason reason, string subject);

    [LoggerMessage(20, LogLevel.Information, "Effective configuration: {Options}.")]
    public static partial void Configured(ILogger logger, string options);

    [LoggerMessage(24, LogLevel.Warning, "The transport failed on the connection with {Address}. The connection is given up; others are not affected.")]
    public static partial void TransportFailed(ILogger logger, string address, Exception exception);

    [LoggerMessage(25, LogLevel.Information, "Other certificates are in use: {Detail}. Links are renewed one at a time.")]
    public static partial void CertificatesReloaded(ILogger logger, string detail);

    [LoggerMessage(26, LogLevel.Error, "New certificates, authorities or denied peers cannot be used: {Fault} Those before stay in use until they end; correct the files.")]
    public static partial void CertificatesRefused(ILogger logger, string fault);

    [LoggerMessage(
        EventId = 29,
        Message = "The identity {Identity} at {Address} is kept out for {Seconds} s, offence {Offence}: {Detail}.")]
    public static partial void Quarantined(
        ILogger logger, LogLevel level, string identity, string address, double seconds, int offence, string detail);

    [LoggerMessage(EventId = 30, Message = "The identity {Identity} was {Decision}, as an operator of the cluster decided.")]
    public static partial void Decided(ILogger logger, LogLevel level, string identity, string decision);

    [LoggerMessage(31, LogLevel.Warning, "A limit is reached: {Detail}.")]
    public static partial void LimitReached(ILogger logger, string detail);

    [LoggerMessage(EventId = 32, Message = "An address is not dialed: {Detail}.")]
    public static partial void NotDialed(ILogger logger, LogLevel level, string detail);

    [LoggerMessage(
        EventId = 33,
        Message = "The validator of '{Name}' did not accept a change of {Origin}: {Reason} Readers here do not see the change. "
            + "Further ones of that replica are counted by peerreplica.changes.refused and logged as debug messages.")]
    public static partial void ChangeRefused(
        ILogger logger, LogLevel level, string name, string origin, string reason, Exception? exception);

    [LoggerMessage(23, LogLevel.Warning, "{Count} log messages of this replica were dropped: the app's logger did not keep up.")]
    public static partial void Dropped(ILogger logger, int count);

    [LoggerMessage(27, LogLevel.Warning, "The replica goes without metrics, since a metric listener of the app or its meter factory failed.")]
    public static partial void MetricsFailed(ILogger logger, Exception exception);

    [LoggerMessage(28, LogLevel.Warning, "The setting Seeds is there and empty, so this replica looks for no other one and founds a cluster of its own. Leave the setting out if that is meant.")]
    public static partial void SeedsAreEmpty(ILogger logger);
}
