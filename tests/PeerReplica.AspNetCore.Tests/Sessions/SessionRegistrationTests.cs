using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PeerReplica.AspNetCore.Tests.Apps;
using PeerReplica.Transport;

namespace PeerReplica.AspNetCore.Tests.Sessions;

/// <summary>Apps that have sessions in the replica and no distributed cache.</summary>
public sealed class SessionRegistrationTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task In_Development_where_every_service_is_checked_the_app_starts(bool addsSessionBefore, bool addsSessionAfter)
    {
        await using var instance = WebInstance.Build(
            new InMemoryNetwork(),
            o => o.Listen = "127.0.0.1:0",
            (services, _) =>
            {
                if (addsSessionBefore) services.AddSession();
                services.AddPeerReplicaSession();
                if (addsSessionAfter) services.AddSession();
            },
            app => app.UseSession(),
            Environments.Development);
        await instance.App.StartAsync();
        Assert.Single(instance.Services.GetServices<ISessionStore>());
        await instance.App.StopAsync();
    }
}
