using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace PeerReplica.AspNetCore.Tests.Hosting;

public sealed class RegistrationTests
{
    [Fact]
    public async Task An_app_without_a_replica_does_not_start_and_says_what_to_call()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddHealthChecks().AddPeerReplica();
        await using var app = builder.Build();
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());
        Assert.Contains("AddHealthChecks().AddPeerReplica", e.Message, StringComparison.Ordinal);
        Assert.Contains("services.AddPeerReplica(", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_builder_binds_the_section_of_the_configuration()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["PeerReplica:ClusterName"] = "shop",
            ["Other:ClusterName"] = "other",
        });
        builder.AddPeerReplica(o => o.NodeName = "a").AddCounter("visits");
        using var host = builder.Build();
        var options = host.Services.GetRequiredService<IOptions<PeerReplicaOptions>>().Value;
        Assert.Equal(("shop", "a"), (options.ClusterName, options.NodeName));

        var other = Host.CreateEmptyApplicationBuilder(null);
        other.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Other:ClusterName"] = "other" });
        other.AddPeerReplica(sectionName: "Other");
        using var otherHost = other.Build();
        Assert.Equal("other", otherHost.Services.GetRequiredService<IOptions<PeerReplicaOptions>>().Value.ClusterName);
    }
}
