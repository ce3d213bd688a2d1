using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace PeerReplica.Hosting.LocalState;

/// <summary>What follows an object that is read as a whole: what it holds, and what it holds after each change.</summary>
internal static class WatchLoop
{
    /// <summary>Subscribes when the enumeration begins, and ends the subscription with it.</summary>
    public static async IAsyncEnumerable<T> FollowAsync<TKey, T>(
        Func<Watcher<TKey>> subscribe, Func<T> read, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TKey : notnull
    {
        using var watcher = subscribe();
        if (TryRead(read, out var first)) yield return first;
        while (await watcher.TakeAsync(cancellationToken).ConfigureAwait(false) is not null)
        {
            if (TryRead(read, out var value)) yield return value;
        }
    }

    /// <summary>What cannot be read is passed over: the watch goes on with the next change.</summary>
    private static bool TryRead<T>(Func<T> read, [MaybeNullWhen(false)] out T value)
    {
        try
        {
            value = read();
            return true;
        }
        catch (ReplicaSerializationException)
        {
            value = default;
            return false;
        }
    }
}
