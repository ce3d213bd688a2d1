using System.Net;
using System.Net.Sockets;

namespace PeerReplica.Transport;

/// <summary>
/// Which of the addresses that peers advertise are dialed. Seeds are the operator's, and are not asked about.
/// <list type="number">
/// <item>Link-local addresses, among them those at which clouds give out credentials, are never dialed.</item>
/// <item>Without rules every other address is; with rules, those that one of them permits.</item>
/// </list>
/// </summary>
internal sealed class AddressPolicy(IReadOnlyList<AddressRule> rules)
{
    private static readonly IPNetwork s_linkLocal = IPNetwork.Parse("169.254.0.0/16");
    private static readonly IPNetwork s_translated = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPAddress s_metadata = IPAddress.Parse("fd00:ec2::254");

    public static AddressPolicy Of(PeerReplicaOptions options) =>
        new([.. options.AllowedAddresses.Select(static text => AddressRule.Parse(text, out _)).OfType<AddressRule>()]);

    /// <summary>Why an address is not dialed; null when it may be.</summary>
    /// <param name="name">What the peer advertises, as <c>host:port</c>.</param>
    /// <param name="address">What that stands for, as <c>host:port</c>; the same where nothing was resolved.</param>
    public string? WhyNot(string name, string address)
    {
        if (!Addresses.TryParse(address, out var host, out var port)) return "it is no host and port";
        var ip = IPAddress.TryParse(host, out var parsed) ? Plain(parsed) : null;
        if (ip is not null && IsLinkLocal(ip)) return "it is link-local, and not among the Seeds";
        if (rules.Count == 0) return null;
        if (!Addresses.TryParse(name, out var advertised, out _)) return "it is no host and port";
        foreach (var rule in rules)
        {
            if (rule.Permits(advertised.TrimEnd('.'), ip, port)) return null;
        }

        return "AllowedAddresses does not permit it";
    }

    private static bool IsLinkLocal(IPAddress ip) =>
        ip.AddressFamily == AddressFamily.InterNetwork ? s_linkLocal.Contains(ip) : ip.IsIPv6LinkLocal || IsMetadata(ip);

    /// <summary>Without the zone, by which an address is not equal to one that has none.</summary>
    private static bool IsMetadata(IPAddress ip) => ip.GetAddressBytes().AsSpan().SequenceEqual(s_metadata.GetAddressBytes());

    /// <summary>The IPv4 address that an IPv6 address stands for, where it does.</summary>
    private static IPAddress Plain(IPAddress ip)
    {
        if (ip.IsIPv4MappedToIPv6) return ip.MapToIPv4();
        var isTranslated = ip.AddressFamily == AddressFamily.InterNetworkV6 && s_translated.Contains(ip);
        return isTranslated ? new IPAddress(ip.GetAddressBytes().AsSpan(12)) : ip;
    }
}
