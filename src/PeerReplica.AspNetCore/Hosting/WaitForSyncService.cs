using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PeerReplica.AspNetCore.Hosting;

/// <summary>
/// Holds up the host's start until the replica is synchronized. It waits in the phase before hosted services start, so that the server does not
/// listen yet, whatever the order of registration. The replica itself starts in the same phase, before this service: see <c>WaitForSync</c>.
/// </summary>
internal sealed class WaitForSyncService(
    IPeerReplica replica, IOptions<WaitForSyncOptions> options, ILogger<WaitForSyncService> logger,
    [FromKeyedServices(DependencyInjection.PeerReplicaKeys.TimeProvider)] TimeProvider? time = null) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var (timeout, isFatal) = (options.Value.Timeout, options.Value.FailAfterTimeout);
        try
        {
            await replica.WaitUntilSyncedAsync(cancellationToken).WaitAsync(timeout, time ?? TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!isFatal)
        {
            Log.ServesUnsynchronized(logger, timeout, replica.Health.ToString());
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"The replica is not synchronized after {timeout}, so the app does not start. {replica.Health}", e);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
