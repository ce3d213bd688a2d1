using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

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
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.Services.AddPeerReplica(o => o.Listen = "127.0.0.1:0");
        if (addsSessionBefore) builder.Services.AddSession();
        builder.Services.AddPeerReplicaSession();
        if (addsSessionAfter) builder.Services.AddSession();
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.UseSession();
        await app.StartAsync();
        Assert.Single(app.Services.GetServices<ISessionStore>());
        await app.StopAsync();
    }
}
