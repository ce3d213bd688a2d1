using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PeerReplica;
using PeerReplica.AspNetCore.Hosting;
using PeerReplica.AspNetCore.NodeReports;
using PeerReplica.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets instances report how they do.</summary>
public static class PeerReplicaNodeReportBuilderExtensions
{
    /// <summary>
    /// Publishes a <see cref="NodeReport"/> of this instance: processor, memory, load, uptime, its own view of its links, and values that the app adds. The dashboard of every instance
    /// shows it. It is a presence, registered as <see cref="NodeReport.ObjectName"/>. A second call configures further.
    /// </summary>
    /// <param name="builder">The app's replica.</param>
    /// <param name="configure">Sets intervals, and adds values of the app; validated at start.</param>
    public static IPeerReplicaBuilder AddNodeReport(this IPeerReplicaBuilder builder, Action<NodeReportOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (Features.TryAdd(builder.Services, nameof(AddNodeReport)))
        {
            builder.AddPresence<NodeReport>(NodeReport.ObjectName)
                .UseSerializer(NodeReport.ObjectName, new SystemTextJsonReplicaSerializer(NodeReportJson.Default));
            builder.Services.TryAddSingleton<WatchInterest>();
            builder.Services.TryAddSingleton(p => new ReplicaCounters(p.GetService<System.Diagnostics.Metrics.IMeterFactory>()));
            builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, NodeReporter>());
            builder.Services.AddOptionsWithValidateOnStart<NodeReportOptions>();
            builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<NodeReportOptions>, NodeReportOptionsValidator>());
        }

        if (configure is not null) builder.Services.Configure(configure);
        return builder;
    }
}
