using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace PeerReplica.Security;

/// <summary>
/// The cluster and the node that a certificate names in its subject alternative names: the one URI <c>spiffe://cluster/peerreplica/node</c> (percent-encoded where a name needs that), or, if
/// there is none, the one DNS name <c>node.peerreplica.cluster</c>. Other names are passed over; the subject does not count.
/// </summary>
internal sealed record CertificateName(string Cluster, string Node, bool IsDns)
{
    private const string Scheme = "spiffe://";
    private const string Segment = "peerreplica";
    private const string Infix = "." + Segment + ".";
    private const string AlternativeNames = "2.5.29.17";
    private static readonly Asn1Tag s_dnsName = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag s_uri = new(TagClass.ContextSpecific, 6);

    /// <summary>The name of the identity.</summary>
    public string Identity => IsDns ? $"dns:{Node.ToLowerInvariant()}{Infix}{Cluster.ToLowerInvariant()}" : $"{Scheme}{Uri.EscapeDataString(Cluster)}/{Segment}/{Uri.EscapeDataString(Node)}";

    /// <summary>Whether it names a cluster, by the rules of its form.</summary>
    public bool IsOf(string cluster) => Cluster.Equals(cluster, IsDns ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    /// <summary>Whether it names a node, by the rules of its form.</summary>
    public bool Names(string node) => Node.Equals(node, IsDns ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    /// <summary>Reads the name; null, and why, if the certificate names no node or more than one.</summary>
    public static CertificateName? Read(X509Certificate2 certificate, out string fault)
    {
        fault = "its certificate names no node: it needs a subject alternative name such as URI:spiffe://<cluster>/peerreplica/<node>, or DNS:<node>.peerreplica.<cluster>";
        var (uris, names) = (new List<CertificateName>(), new List<CertificateName>());
        try
        {
            foreach (var extension in certificate.Extensions)
            {
                if (extension.Oid?.Value == AlternativeNames) Read(extension.RawData, uris, names);
            }
        }
        catch (AsnContentException e)
        {
            fault = $"the alternative names of its certificate are malformed: {e.Message}";
            return null;
        }

        var found = (uris.Count > 0 ? uris : names).Distinct().ToArray();
        if (found.Length > 1) fault = $"its certificate names more than one node: {found[0].Identity} and {found[1].Identity}";
        return found.Length == 1 ? found[0] : null;
    }

    /// <summary>Reads a URI; null if it is none of a node.</summary>
    public static CertificateName? OfUri(string uri)
    {
        if (!uri.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || uri.AsSpan().ContainsAny("?#@")) return null;
        return uri[Scheme.Length..].Split('/') is [{ Length: > 0 } cluster, Segment, { Length: > 0 } node]
            ? new CertificateName(Uri.UnescapeDataString(cluster), Uri.UnescapeDataString(node), IsDns: false)
            : null;
    }

    /// <summary>Reads a DNS name; null if it is none of a node.</summary>
    public static CertificateName? OfDns(string name)
    {
        var at = name.IndexOf(Infix, StringComparison.OrdinalIgnoreCase);
        if (at <= 0 || at + Infix.Length == name.Length || name.Contains('*', StringComparison.Ordinal)) return null;
        return new CertificateName(name[(at + Infix.Length)..].ToLowerInvariant(), name[..at].ToLowerInvariant(), IsDns: true);
    }

    private static void Read(byte[] extension, List<CertificateName> uris, List<CertificateName> names)
    {
        var list = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
        while (list.HasData)
        {
            var tag = list.PeekTag();
            if (tag.HasSameClassAndValue(s_uri))
            {
                if (OfUri(list.ReadCharacterString(UniversalTagNumber.IA5String, s_uri)) is { } uri) uris.Add(uri);
            }
            else if (tag.HasSameClassAndValue(s_dnsName))
            {
                if (OfDns(list.ReadCharacterString(UniversalTagNumber.IA5String, s_dnsName)) is { } name) names.Add(name);
            }
            else
            {
                list.ReadEncodedValue();
            }
        }
    }
}
