using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace PeerReplica.Tests.Hosting;

/// <summary>Values far larger than a frame and than the window, over real sockets.</summary>
public sealed class LargeValueTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_value_as_large_as_permitted_arrives_in_parts_and_others_after_it()
    {
        using var a = await StartAsync("a", null);
        var (here, _) = Of(a);
        using var b = await StartAsync("b", here.Self.Address);
        var (there, copy) = Of(b);
        var map = here.GetMap<string, byte[]>("m");
        await there.WaitUntilSyncedAsync().WaitAsync(s_patience);
        var large = new byte[(16 << 20) - 16];
        new Random(1).NextBytes(large);
        map.Set("large", large);
        map.Set("small", [1]);
        await map.SetAsync("last", [2], WriteConcern.All.WithTimeout(s_patience));
        Assert.True(copy.TryGetValue("large", out var received));
        Assert.True(large.AsSpan().SequenceEqual(received));
        Assert.True(copy.ContainsKey("small"));
        Assert.Equal(await here.GetContentHashAsync(), await there.GetContentHashAsync());
    }

    [Fact]
    public async Task A_newcomer_gets_many_large_values_within_the_byte_budget()
    {
        using var a = await StartAsync("a", null);
        var (here, map) = Of(a);
        for (var i = 0; i < 40; i++) map.Set($"{i}", new byte[1 << 20]);
        using var b = await StartAsync("b", here.Self.Address, o => o.MaxBytesPerSecondPerPeer = 100 << 20);
        var (there, copy) = Of(b);
        await there.WaitUntilSyncedAsync().WaitAsync(s_patience);
        Assert.Equal(40, copy.Count);
    }

    private static (IPeerReplica Replica, IReplicatedMap<string, byte[]> Map) Of(IHost host)
    {
        var replica = host.Services.GetRequiredService<IPeerReplica>();
        return (replica, replica.GetMap<string, byte[]>("m"));
    }

    private static async Task<IHost> StartAsync(string name, string? seed, Action<PeerReplicaOptions>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddPeerReplica(o =>
        {
            o.NodeName = name;
            o.Listen = "127.0.0.1:0";
            if (seed is not null) o.Seeds.Add(seed);
            configure?.Invoke(o);
        }).AddMap<string, byte[]>("m");
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
