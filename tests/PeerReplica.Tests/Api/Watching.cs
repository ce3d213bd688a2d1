using PeerReplica.Testing;

namespace PeerReplica.Tests.Api;

/// <summary>A reader of changes in virtual time.</summary>
internal sealed class Watching<T> : IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    private Watching(SimulatedCluster cluster, Func<CancellationToken, IAsyncEnumerable<T>> watch) => Reading = cluster.Begin(async () =>
    {
        await foreach (var item in watch(_stop.Token)) Seen.Add(item);
    });

    public List<T> Seen { get; } = [];

    /// <summary>Ends when the watching is canceled or fails.</summary>
    public Task Reading { get; }

    public static Watching<T> Start(SimulatedCluster cluster, Func<CancellationToken, IAsyncEnumerable<T>> watch) => new(cluster, watch);

    public void Cancel() => _stop.Cancel();

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }
}
