using System.Globalization;
using System.Net;

namespace PeerReplica.Transport;

/// <summary>
/// One entry of the operator's allow list: a network, an address, a name or its suffix, or any host; each with a port or
/// without.
/// </summary>
internal sealed class AddressRule
{
    private IPNetwork? _network;
    private string? _name;
    private bool _isSuffix;
    private int? _port;

    /// <summary>Reads an entry; otherwise says what is wrong with it.</summary>
    public static AddressRule? Parse(string? text, out string fault)
    {
        fault = "is none of these: 10.0.0.0/8, 10.0.0.5, fd00::/8, *.example.org, node.example.org, *; each also with a port, " +
            "such as 10.0.0.0/8:7400 or [fd00::/8]:7400";
        var rule = new AddressRule();
        if (string.IsNullOrWhiteSpace(text) || !rule.TryTakePort(text.Trim(), out var host)) return null;
        if (host == "*") return rule;
        if (host.Contains('/', StringComparison.Ordinal)) return rule.TryTakeNetwork(host, ref fault) ? rule : null;
        if (TryParseAddress(host, out var ip))
        {
            rule._network = new IPNetwork(ip, ip.GetAddressBytes().Length * 8);
            return rule;
        }

        rule._isSuffix = host.StartsWith("*.", StringComparison.Ordinal) || host.StartsWith('.');
        rule._name = rule._isSuffix ? host[host.IndexOf('.', StringComparison.Ordinal)..] : host;
        return Uri.CheckHostName(rule._name.TrimStart('.')) == UriHostNameType.Dns ? rule : null;
    }

    /// <summary>Whether the entry permits an address.</summary>
    /// <param name="name">The host that the peer advertises.</param>
    /// <param name="ip">The address that it stands for; null if that is not known.</param>
    /// <param name="port">The port.</param>
    public bool Permits(string name, IPAddress? ip, int port)
    {
        if (_port is { } only && only != port) return false;
        if (_network is { } network) return ip is not null && network.Contains(ip);
        if (_name is null) return true;
        if (!_isSuffix) return name.Equals(_name, StringComparison.OrdinalIgnoreCase);
        return name.EndsWith(_name, StringComparison.OrdinalIgnoreCase) && name.Length > _name.Length;
    }

    private bool TryTakePort(string text, out string host)
    {
        host = text;
        var (end, isBracketed) = (text.LastIndexOf(':'), text[0] == '[');
        if (isBracketed)
        {
            var bracket = text.IndexOf(']', StringComparison.Ordinal);
            if (bracket < 0) return false;
            host = text[1..bracket];
            if (bracket == text.Length - 1) return true;
            if (end != bracket + 1) return false;
        }
        else if (end < 0 || text.IndexOf(':', StringComparison.Ordinal) != end)
        {
            return true;
        }
        else
        {
            host = text[..end];
        }

        if (!TryParseNumber(text[(end + 1)..], out var port) || port is 0 or > ushort.MaxValue) return false;
        _port = port;
        return host.Length > 0;
    }

    private bool TryTakeNetwork(string text, ref string fault)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!TryParseAddress(text[..slash], out var ip) || !TryParseNumber(text[(slash + 1)..], out var length)) return false;
        var bytes = ip.GetAddressBytes();
        var most = bytes.Length * 8;
        if (length > most) return false;
        for (var bit = length; bit < most; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        var network = new IPAddress(bytes);
        if (!network.Equals(ip))
        {
            fault = $"has bits set beyond its prefix; write {network}/{length} for the network, or {ip} for the one address";
            return false;
        }

        _network = new IPNetwork(network, length);
        return true;
    }

    /// <summary>An address as people write it: not one number for four, as the framework reads it too.</summary>
    private static bool TryParseAddress(string text, out IPAddress ip) =>
        IPAddress.TryParse(text, out ip!) && (text.Contains(':', StringComparison.Ordinal) || text.Split('.').Length == 4);

    private static bool TryParseNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
