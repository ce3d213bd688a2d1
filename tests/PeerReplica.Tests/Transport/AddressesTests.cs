using PeerReplica.Tests.Api;
using PeerReplica.Transport;

namespace PeerReplica.Tests.Transport;

public sealed class AddressesTests
{
    [Theory]
    [InlineData("10.0.0.1:7400", "10.0.0.1", 7400)]
    [InlineData("shop-1.example:0", "shop-1.example", 0)]
    [InlineData("[2001:db8::1]:7400", "2001:db8::1", 7400)]
    [InlineData("[::ffff:10.0.0.1]:7400", "10.0.0.1", 7400)]
    [InlineData("[::FFFF:a00:1]:7400", "10.0.0.1", 7400)]
    public void An_address_has_a_host_and_a_port(string address, string host, int port)
    {
        Assert.True(Addresses.TryParse(address, out var parsedHost, out var parsedPort));
        Assert.Equal((host, port), (parsedHost, parsedPort));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.1")]
    [InlineData(":7400")]
    [InlineData("[]:7400")]
    [InlineData("[::1:7400")]
    [InlineData("::1:7400")]
    [InlineData("a:65536")]
    [InlineData("a:-1")]
    [InlineData("a: 1")]
    public void What_is_no_address_is_refused(string address) => Assert.False(Addresses.TryParse(address, out _, out _));

    [Fact]
    public async Task A_replica_listens_and_finds_its_seed_at_an_IPv4_address_that_is_written_as_IPv6()
    {
        await using var first = await Hosts.StartAsync(b => b.AddCounter("c"), o => o.Listen = "[::ffff:127.0.0.1]:0");
        var port = first.Replica.Self.Address.Split(':')[^1];
        await using var second = await Hosts.StartAsync(b => b.AddCounter("c"), o =>
        {
            o.Listen = "127.0.0.1:0";
            o.Seeds.Add($"[::ffff:127.0.0.1]:{port}");
        });
        await second.Replica.WaitUntilSyncedAsync().WaitAsync(Hosts.Patience);
        first.Replica.GetCounter("c").Add(3);
        await first.Replica.FlushAsync(WriteConcern.All.WithTimeout(Hosts.Patience));
        Assert.Equal(3, second.Replica.GetCounter("c").Value);
    }
}
