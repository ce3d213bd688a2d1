using System.Runtime.CompilerServices;

namespace PeerReplica.Hosting.LocalPlane;

/// <summary>What follows an object that is read as a whole: what it holds, and what it holds after each change.</summary>
internal static class WatchLoop
{
    /// <summary>Subscribes when the enumeration begins, and ends the subscription with it.</summary>
    public static async IAsyncEnumerable<T> FollowAsync<TKey, T>(
        Func<Watcher<TKey>> subscribe, Func<T> read, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TKey : notnull
    {
        using var watcher = subscribe();
        yield return read();
        while (await watcher.TakeAsync(cancellationToken).ConfigureAwait(true) is not null) yield return read();
    }
}
