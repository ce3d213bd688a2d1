namespace PeerReplica.Tests.Lifecycle;

/// <summary>A stage of a replica's life at which calls are made.</summary>
public enum Stage
{
    BeforeStart,
    Starting,
    Stopping,
    Stopped,
    FailedStart,
    Faulted,
    Disposed,
}
