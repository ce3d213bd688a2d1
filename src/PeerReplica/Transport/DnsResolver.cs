using System.Net;
using System.Net.Sockets;

namespace PeerReplica.Transport;

/// <summary>Names by the system's resolver: all A and AAAA records, the families in turn (RFC 8305, section 4).</summary>
internal static class DnsResolver
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    public static async ValueTask<IReadOnlyList<string>> ResolveAsync(string address, CancellationToken cancellationToken)
    {
        if (!Addresses.TryParse(address, out var host, out var port)) throw new TransportException($"'{address}' is not host:port.");
        var found = await Dns.GetHostAddressesAsync(host, cancellationToken).WaitAsync(s_timeout, cancellationToken).ConfigureAwait(false);
        return [.. Interleave(found).Select(a => new IPEndPoint(a, port).ToString())];
    }

    /// <summary>The addresses in the system's order, but the families in turn, so that a family that does not work delays by one attempt only.</summary>
    internal static IEnumerable<IPAddress> Interleave(IReadOnlyList<IPAddress> addresses)
    {
        addresses = [.. addresses.Select(a => a.IsIPv4MappedToIPv6 ? a.MapToIPv4() : a).Distinct()];
        var first = addresses.Where(a => a.AddressFamily == addresses[0].AddressFamily).ToArray();
        var second = addresses.Where(a => a.AddressFamily != addresses[0].AddressFamily && a.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
            .Except(first).ToArray();
        for (var i = 0; i < Math.Max(first.Length, second.Length); i++)
        {
            if (i < first.Length) yield return first[i];
            if (i < second.Length) yield return second[i];
        }
    }
}
