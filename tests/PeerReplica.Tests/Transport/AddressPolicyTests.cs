using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PeerReplica.Transport;

namespace PeerReplica.Tests.Transport;

/// <summary>Which advertised addresses are dialed, and which entries of the allow list are refused.</summary>
public sealed class AddressPolicyTests
{
    [Theory]
    [InlineData("169.254.169.254:80")]
    [InlineData("169.254.0.1:7400")]
    [InlineData("2852039166:80")]
    [InlineData("[::ffff:169.254.169.254]:80")]
    [InlineData("[64:ff9b::a9fe:a9fe]:80")]
    [InlineData("[fe80::1]:7400")]
    [InlineData("[fe80::1%2]:7400")]
    [InlineData("[febf::1]:7400")]
    [InlineData("[fd00:ec2::254]:80")]
    public void Link_local_addresses_and_those_of_metadata_are_not_dialed_whatever_is_allowed(string address)
    {
        Assert.Contains("link-local", Policy().WhyNot("name.example.org:80", address), StringComparison.Ordinal);
        Assert.Contains("link-local", Policy("*").WhyNot(address, address), StringComparison.Ordinal);
        Assert.NotNull(Policy("169.254.0.0/16", "fe80::/10", "fd00:ec2::/32").WhyNot(address, address));
    }

    [Theory]
    [InlineData("10.1.2.3:7400")]
    [InlineData("[fd00::1]:7400")]
    [InlineData("169.253.1.1:7400")]
    [InlineData("[fec0::1]:7400")]
    [InlineData("node.example.org:7400")]
    public void Without_a_list_all_others_are_dialed(string address) => Assert.Null(Policy().WhyNot(address, address));

    [Theory]
    [InlineData("10.0.0.0/8", "a:7400", "10.1.2.3:7400", true)]
    [InlineData("10.0.0.0/8", "a:7400", "11.1.2.3:7400", false)]
    [InlineData("10.0.0.0/8", "a:7400", "[::ffff:10.1.2.3]:7400", true)]
    [InlineData("10.0.0.0/8:7400", "a:7401", "10.1.2.3:7401", false)]
    [InlineData("10.0.0.0/8:7400", "a:7400", "10.1.2.3:7400", true)]
    [InlineData("10.0.0.5", "a:7400", "10.0.0.5:7400", true)]
    [InlineData("10.0.0.5", "a:7400", "10.0.0.6:7400", false)]
    [InlineData("0.0.0.0/0", "a:7400", "8.8.8.8:7400", true)]
    [InlineData("0.0.0.0/0", "a:7400", "[2001:db8::1]:7400", false)]
    [InlineData("fd00::/8", "a:7400", "[fd12::1]:7400", true)]
    [InlineData("[fd00::/8]:7400", "a:7400", "[fd12::1]:7401", false)]
    [InlineData("*.example.org", "node.example.org:7400", "10.1.2.3:7400", true)]
    [InlineData("*.example.org", "node.EXAMPLE.org.:7400", "10.1.2.3:7400", true)]
    [InlineData(".example.org", "node.example.org:7400", "node.example.org:7400", true)]
    [InlineData("*.example.org", "example.org:7400", "10.1.2.3:7400", false)]
    [InlineData("*.example.org", "nodeexample.org:7400", "10.1.2.3:7400", false)]
    [InlineData("*.example.org", "node.example.org.evil.net:7400", "10.1.2.3:7400", false)]
    [InlineData("node.example.org", "node.example.org:7400", "10.1.2.3:7400", true)]
    [InlineData("*:7400", "a:7400", "10.1.2.3:7400", true)]
    [InlineData("*:7400", "a:22", "10.1.2.3:22", false)]
    public void An_entry_permits(string entry, string name, string address, bool expected)
    {
        Assert.Equal(expected, Policy(entry).WhyNot(name, address) is null);
        Assert.Equal(expected, Policy("203.0.113.0/24", entry).WhyNot(name, address) is null);
    }

    [Theory]
    [InlineData("10.0.0.5/8", "write 10.0.0.0/8 for the network, or 10.0.0.5 for the one address")]
    [InlineData("fd00::1/8", "write fd00::/8 for the network")]
    [InlineData("10.0.0.0/33", "is none of these")]
    [InlineData("10.0.0.0/-1", "is none of these")]
    [InlineData("10.0.0/8", "is none of these")]
    [InlineData("10.0.0.0/8:0", "is none of these")]
    [InlineData("10.0.0.0/8:x", "is none of these")]
    [InlineData("[fd00::/8", "is none of these")]
    [InlineData("*.*", "is none of these")]
    [InlineData("a b", "is none of these")]
    [InlineData("", "is none of these")]
    public void An_entry_that_cannot_be_read_stops_the_start_and_says_what_to_write(string entry, string expected)
    {
        var services = new ServiceCollection();
        services.AddPeerReplica(o => o.AllowedAddresses.Add(entry));
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptions<PeerReplicaOptions>>();
        var e = Assert.Throws<OptionsValidationException>(() => { _ = options.Value; });
        Assert.Contains("AllowedAddresses", e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    private static AddressPolicy Policy(params string[] entries)
    {
        var options = new PeerReplicaOptions();
        foreach (var entry in entries) options.AllowedAddresses.Add(entry);
        return AddressPolicy.Of(options);
    }
}
