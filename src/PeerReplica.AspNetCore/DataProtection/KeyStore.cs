using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PeerReplica.AspNetCore.DataProtection;

/// <summary>
/// The replicated map of key elements. An element's key in the map is random: the framework's friendly names are hints, and need not be unique.
/// Thread-safe.
/// </summary>
internal sealed class KeyStore(IPeerReplica replica, IOptions<PeerReplicaDataProtectionOptions> options, ILogger<KeyStore> logger)
{
    public const string MapName = "peerreplica.keys";

    private volatile bool _isSynchronized;

    public TimeSpan Timeout => options.Value.Timeout;

    /// <summary>The map, once the replica is synchronized.</summary>
    /// <exception cref="InvalidOperationException">The replica is not synchronized in time: keys may be missing, and an app that saw none would make another.</exception>
    public IReplicatedMap<string, string> Synchronized()
    {
        if (!_isSynchronized) WaitUntilSynchronized();
        return Map;
    }

    public IReplicatedMap<string, string> Map => replica.GetMap<string, string>(MapName);

    /// <summary>Stores an element, and returns once all members hold it or the timeout has passed.</summary>
    public void Store(string xml)
    {
        Synchronized().Set(Guid.NewGuid().ToString("N"), xml);
        try
        {
            Blocking(() => replica.FlushAsync(WriteConcern.All.WithTimeout(Timeout)));
        }
        catch (WriteConcernException e)
        {
            Log.KeyNotEverywhere(logger, e.Reached, e.Required, e);
        }
    }

    /// <summary>The framework's repositories are synchronous. On another thread, so that no context of the caller's is waited for.</summary>
    public static void Blocking(Func<Task> wait) => Task.Run(wait).GetAwaiter().GetResult();

    private void WaitUntilSynchronized()
    {
        if (replica.State == ReplicaState.Created) throw NotSynchronized("it has not been started");
        try
        {
            Blocking(() => replica.WaitUntilSyncedAsync().WaitAsync(Timeout));
        }
        catch (TimeoutException)
        {
            throw NotSynchronized($"it was not synchronized within {Timeout}");
        }

        _isSynchronized = true;
    }

    private InvalidOperationException NotSynchronized(string reason) => new(
        $"The data protection keys cannot be read from the replica: {reason}, so keys of other instances may be missing here. Nothing was generated. "
        + $"Call WaitForSync() on the replica's builder, so that the app serves no request before the keys are here. {replica.Health}");
}
