using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace PeerReplica.AspNetCore.Hosting;

/// <summary>Stops the start of an app that uses features of this package and has no replica, before anything is served.</summary>
internal sealed class ReplicaRequirement(IServiceProviderIsService services, IEnumerable<FeatureUse> features) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (services.IsService(typeof(IPeerReplica))) return Task.CompletedTask;
        throw Features.Missing(string.Join(", ", features.Select(f => f.Method)));
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
