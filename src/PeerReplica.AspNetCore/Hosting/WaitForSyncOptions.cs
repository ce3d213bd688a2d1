namespace PeerReplica.AspNetCore.Hosting;

/// <summary>How the app's start waits for the first synchronization.</summary>
public sealed class WaitForSyncOptions
{
    /// <summary>
    /// How long the start waits at most. Positive, or <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>. Default 60 s. Raise it if the first synchronization of a large
    /// state takes longer. Keep a limit where other instances find this one only once it answers probes, as behind a Kubernetes service without
    /// <c>publishNotReadyAddresses</c>: without a limit such instances wait for each other for ever.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// What happens after <see cref="Timeout"/>. <see langword="false"/>: a warning is logged and the app serves, with its readiness check unhealthy until the
    /// replica is synchronized. <see langword="true"/>: the start fails with a <see cref="TimeoutException"/>. Default <see langword="false"/>.
    /// </summary>
    public bool FailAfterTimeout { get; set; }
}
