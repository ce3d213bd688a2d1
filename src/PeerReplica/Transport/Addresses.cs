using System.Net;
using System.Net.Sockets;

namespace PeerReplica.Transport;

/// <summary>Reading addresses of the form <c>host:port</c>.</summary>
internal static class Addresses
{
    /// <summary>Splits an address; IPv6 hosts stand in brackets.</summary>
    public static bool TryParse(string? address, out string host, out int port)
    {
        host = "";
        port = 0;
        var colon = address?.LastIndexOf(':') ?? -1;
        if (colon <= 0 || !ushort.TryParse(address.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out var number)) return false;
        host = address![..colon];
        port = number;
        if (host[0] == '[') host = host[^1] == ']' ? Unmapped(host[1..^1]) : "";
        else if (host.Contains(':', StringComparison.Ordinal)) return false;
        return host.Length > 0;
    }

    /// <summary>An IPv4 address that is written as an IPv6 one (<c>::ffff:10.0.0.1</c>) is the IPv4 address.</summary>
    private static string Unmapped(string host) =>
        IPAddress.TryParse(host, out var ip) && ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4().ToString() : host;

    /// <summary>Why a host is none that a replica can have; null when it may be one.</summary>
    public static string? WhyNobody(string host, bool allowsWildcard)
    {
        if (!IPAddress.TryParse(host, out var ip)) return Uri.CheckHostName(host) == UriHostNameType.Unknown ? "no valid host name" : null;
        if (ip.IsIPv4MappedToIPv6) ip = ip.MapToIPv4();
        if (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)) return allowsWildcard ? null : "a wildcard address, which is no place to connect to";
        if (ip.IsIPv6Multicast || (ip.AddressFamily == AddressFamily.InterNetwork && ip.GetAddressBytes()[0] is >= 224 and <= 239)) return "a multicast address";
        if (ip.Equals(IPAddress.Broadcast)) return "the broadcast address";
        return ip.AddressFamily == AddressFamily.InterNetwork && ip.GetAddressBytes()[0] is 0 or >= 240 ? "no address of a machine" : null;
    }

    /// <summary>Whether a host is this machine only.</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));

    /// <summary>What to tell peers for a bound address: a wildcard becomes the machine's host name.</summary>
    public static string Advertised(string bound)
    {
        if (!TryParse(bound, out var host, out var port)) return bound;
        var isWildcard = IPAddress.TryParse(host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any));
        return isWildcard ? $"{Dns.GetHostName()}:{port}" : bound;
    }
}
