using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.KeyManagement.Internal;
using Microsoft.Extensions.Hosting;

namespace PeerReplica.AspNetCore.DataProtection;

/// <summary>Lets keys and revocations of other instances take effect here as soon as they arrive.</summary>
internal sealed class KeyRingWatcher(KeyStore store, IKeyManager manager, IKeyRingProvider ring) : BackgroundService
{
    /// <summary>A read of the ring that was under way when the change came is out of date when it ends; the next one is not.</summary>
    private static readonly TimeSpan[] s_pauses = [TimeSpan.Zero, TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(100)];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A manager of the app's own keeps its own ring.
        if (manager is not ReplicatedKeyManager replicated) return;
        try
        {
            await foreach (var _ in store.Map.WatchAsync(WatchStart.Changes, stoppingToken).ConfigureAwait(false))
            {
                replicated.Expire();
                foreach (var pause in s_pauses)
                {
                    await Task.Delay(pause, stoppingToken).ConfigureAwait(false);
                    ReadRing();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The app stops.
        }
        catch (ReplicaNotRunningException)
        {
            // The replica's health says why; the keys that are here stay in use.
        }
    }

    private void ReadRing()
    {
        try
        {
            ring.GetCurrentKeyRing();
        }
        catch (Exception)
        {
            // Whoever protects or unprotects next gets the same error, and can handle it.
        }
    }
}
