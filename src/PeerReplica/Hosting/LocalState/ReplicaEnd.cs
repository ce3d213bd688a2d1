using System.Diagnostics.CodeAnalysis;

namespace PeerReplica.Hosting.LocalState;

/// <summary>The end of a replica's life, for those who wait for its changes. Thread-safe; it ends once.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Watchers register with the token for as long as the app holds the objects.")]
internal sealed class ReplicaEnd
{
    private readonly CancellationTokenSource _source = new();

    /// <summary>Why it ended; <see langword="null"/> after a stop in good order. Set before <see cref="Token"/> is canceled.</summary>
    public ReplicaNotRunningException? Failure { get; private set; }

    /// <summary>Canceled when the replica has ended.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Tells everyone who waits. Not under the replica's gate.</summary>
    public void Set(ReplicaNotRunningException? failure)
    {
        if (_source.IsCancellationRequested) return;
        Failure = failure;
        _source.Cancel();
    }
}
