using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PeerReplica.AspNetCore.Hosting;
using PeerReplica.AspNetCore.NodeReports;

namespace PeerReplica.AspNetCore.Dashboard;

/// <summary>What one mapped dashboard is made of. Made when the app has started, or at the first request.</summary>
internal sealed class DashboardServices
{
    public DashboardServices(IServiceProvider provider, PeerReplicaDashboardOptions options, ILogger logger)
    {
        var time = Features.Time(provider);
        var interest = provider.GetService<WatchInterest>();
        var lifetime = provider.GetRequiredService<IHostApplicationLifetime>();
        var counters = provider.GetService<ReplicaCounters>();
        if (counters is null)
        {
            counters = new ReplicaCounters(provider.GetService<IMeterFactory>());
            lifetime.ApplicationStopped.Register(counters.Dispose);
        }

        Replica = Features.Replica(provider, "MapPeerReplicaDashboard");
        Events = new RecentEvents(Replica, time);
        Reader = new SnapshotReader(Replica, options, Events, counters, hasReports: interest is not null, time);
        Feed = new DashboardFeed(Reader, options, interest, time, logger);
        Stream = new DashboardStream(Feed, options, lifetime, time);
    }

    public IPeerReplica Replica { get; }

    public RecentEvents Events { get; }

    public SnapshotReader Reader { get; }

    public DashboardFeed Feed { get; }

    public DashboardStream Stream { get; }
}
