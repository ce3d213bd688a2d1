using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PeerReplica.AspNetCore.NodeReports;

namespace PeerReplica.AspNetCore.Tests.Dashboard;

/// <summary>The README's lines.</summary>
public sealed class DashboardReadmeTests
{
    [Fact]
    public void The_lines_of_the_readme_add_a_dashboard()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddOperators();
        builder.AddPeerReplica().AddNodeReport(o => o.AddValue("temperature", _ => ReadSensor(), "°C"));
        var app = builder.Build();
        app.MapPeerReplicaDashboard().RequireAuthorization("operators");
        Assert.NotNull(app.Services.GetRequiredKeyedService<IPresence<NodeReport>>(NodeReport.ObjectName));
    }

    private static double ReadSensor() => 36.5;
}
