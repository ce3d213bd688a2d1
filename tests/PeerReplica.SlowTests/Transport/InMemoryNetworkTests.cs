using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PeerReplica.Transport;

namespace PeerReplica.SlowTests.Transport;

public sealed class InMemoryNetworkTests : TransportConformance
{
    private readonly InMemoryNetwork _network = new(SendBufferBytes);

    public override Type TransportType => typeof(InMemoryTransport);

    protected override string FreeAddress => "node:0";

    public override IReplicaTransport Create() => _network.CreateTransport();

    [Fact]
    public async Task Port_zero_takes_the_next_free_port_from_one()
    {
        await StartAsync("node:2");
        Assert.Equal("node:1", (await StartAsync("node:0")).Address);
        Assert.Equal("node:3", (await StartAsync("node:0")).Address);
        Assert.Equal("other:1", (await StartAsync("other:0")).Address);
    }

    [Fact]
    public async Task Each_end_knows_the_other_by_its_listening_address()
    {
        var (a, near, b, far) = await ConnectAsync();
        Assert.Equal(b.Address, near.RemoteAddress);
        Assert.Equal(a.Address, far.RemoteAddress);
    }

    [Fact]
    public async Task Networks_are_apart()
    {
        var a = await StartAsync();
        await using var elsewhere = new Endpoint(new InMemoryNetwork().CreateTransport());
        await elsewhere.StartAsync("elsewhere:1");
        a.Dial("elsewhere:1", 1);
        await Endpoint.NextAsync(a.Failed);
    }

    [Fact]
    public async Task A_wildcard_is_reached_by_what_is_advertised_for_it()
    {
        var (a, b) = (await StartAsync(), await StartAsync("0.0.0.0:0"));
        a.Dial(Addresses.Advertised(b.Address), 1);
        await Endpoint.NextAsync(a.Opened);
    }

    [Fact]
    public async Task A_cut_closes_and_parts_two_addresses_until_restored()
    {
        var (a, b, c) = (await StartAsync("a:1"), await StartAsync("b:1"), await StartAsync("c:1"));
        var (toB, _) = await ConnectAsync(a, b);
        var (fromB, _) = await ConnectAsync(b, a);
        var (toC, _) = await ConnectAsync(a, c);
        _network.Cut("B:1", "a:1");
        Assert.Equal("b:1", (await Endpoint.NextAsync(a.Closed)).Connection.RemoteAddress);
        Assert.Equal("b:1", (await Endpoint.NextAsync(a.Closed)).Connection.RemoteAddress);
        Assert.False(Endpoint.TrySend(toB, [1]));
        Assert.False(Endpoint.TrySend(fromB, [1]));
        await FailsAsync(a, b);
        await FailsAsync(b, a);
        Assert.True(Endpoint.TrySend(toC, [1]));
        Assert.Equal([1], await c.NextFrameAsync());
        _network.Restore("a:1", "b:1");
        await ConnectAsync(a, b);
    }

    [Fact]
    public async Task A_cut_drops_what_is_on_its_way()
    {
        var (a, near, b, _) = await ConnectAsync();
        var release = Block(b, "frame", out var entered);
        for (byte i = 0; i < 10; i++) Assert.True(Endpoint.TrySend(near, [i]));
        await entered.WaitAsync(Endpoint.Guard);
        _network.Cut(a.Address, b.Address);
        release.SetResult();
        Assert.Contains("was cut", (await Endpoint.NextAsync(b.Closed)).Reason, StringComparison.Ordinal);
        Assert.Equal(["opened", "frame", "closed"], b.Log);
    }

    [Fact]
    public async Task An_isolated_address_is_parted_from_all_until_it_rejoins()
    {
        var (a, b, c) = (await StartAsync("a:1"), await StartAsync("b:1"), await StartAsync("c:1"));
        await ConnectAsync(a, b);
        await ConnectAsync(c, a);
        var (between, _) = await ConnectAsync(b, c);
        _network.Isolate("a:1");
        await Endpoint.NextAsync(a.Closed);
        await Endpoint.NextAsync(a.Closed);
        await FailsAsync(a, b);
        await FailsAsync(c, a);
        Assert.True(Endpoint.TrySend(between, [1]));
        _network.Cut("a:1", "b:1");
        _network.Rejoin("a:1");
        await ConnectAsync(c, a);
        await FailsAsync(a, b);
    }

    [Fact]
    public async Task An_address_can_be_cut_before_it_is_listened_at()
    {
        _network.Cut("a:1", "b:1");
        _network.Isolate("c:1");
        var (a, b, c) = (await StartAsync("a:1"), await StartAsync("b:1"), await StartAsync("c:1"));
        await FailsAsync(a, b);
        await FailsAsync(b, c);
    }

    [Fact]
    public void A_malformed_address_is_the_callers_mistake()
    {
        Assert.Throws<ArgumentException>("b", () => _network.Cut("a:1", "b"));
        Assert.Throws<ArgumentException>("a", () => _network.Restore("a", "b:1"));
        Assert.Throws<ArgumentException>("address", () => _network.Isolate(""));
        Assert.Throws<ArgumentException>("address", () => _network.Rejoin("a"));
    }

    [Fact]
    public async Task Replicas_meet_over_it()
    {
        var network = new InMemoryNetwork();
        using var first = await StartReplicaAsync(network, null);
        var address = first.Services.GetRequiredService<IPeerReplica>().Self.Address;
        using var second = await StartReplicaAsync(network, address);
        first.Services.GetRequiredService<IPeerReplica>().GetCounter("c").Add(41);
        var replica = second.Services.GetRequiredService<IPeerReplica>();
        await replica.WaitUntilSyncedAsync().WaitAsync(Endpoint.Guard);
        replica.GetCounter("c").Add(1);
        await replica.FlushAsync(WriteConcern.All.WithTimeout(Endpoint.Guard));
        Assert.Equal(42, first.Services.GetRequiredService<IPeerReplica>().GetCounter("c").Value);
    }

    private static async Task FailsAsync(Endpoint from, Endpoint to)
    {
        from.Dial(to.Address, 5);
        Assert.Contains("cut", (await Endpoint.NextAsync(from.Failed)).Reason, StringComparison.Ordinal);
    }

    private static async Task<IHost> StartReplicaAsync(InMemoryNetwork network, string? seed)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(network.CreateTransport());
        builder.Services.AddPeerReplica(o =>
        {
            o.Listen = "127.0.0.1:0";
            if (seed is not null) o.Seeds.Add(seed);
        }).AddCounter("c");
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
