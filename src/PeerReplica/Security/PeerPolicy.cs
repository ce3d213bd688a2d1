using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PeerReplica.Security;

/// <summary>Which authenticated nodes are let in. Immutable.</summary>
/// <param name="allowed">Patterns of node names; none: every node of the cluster.</param>
/// <param name="denied">What is denied, as <see cref="ReadDenied"/> reads it.</param>
internal sealed class PeerPolicy(IReadOnlyList<string> allowed, IReadOnlyList<string> denied)
{
    private const string Hash = "sha256:";
    private const string Serial = "serial:";

    /// <summary>Reads a list of denied peers: one entry a line, <c>#</c> begins a comment.</summary>
    /// <exception cref="FormatException">A line is no entry.</exception>
    public static string[] ReadDenied(string text)
    {
        var entries = text.Split('\n').Select(static l => l.Split('#')[0].Trim()).Where(static l => l.Length > 0).ToArray();
        foreach (var entry in entries)
        {
            var hex = entry.StartsWith(Hash, StringComparison.Ordinal) ? entry[Hash.Length..] : entry.StartsWith(Serial, StringComparison.Ordinal) ? entry[Serial.Length..] : null;
            if (hex is not null && (hex.Length == 0 || !hex.All(char.IsAsciiHexDigit) || (entry[1] == 'h' && hex.Length != 64)))
                throw new FormatException($"'{entry}' is no entry: it must be {Hash} and 64 hexadecimal digits, {Serial} and hexadecimal digits, an identity, or a pattern of node names.");
            if (entry.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c))) throw new FormatException($"'{entry}' is no entry: there is one entry a line, without white space.");
        }

        return entries;
    }

    /// <summary>Why a node is not let in; null when it is.</summary>
    public string? WhyDenied(CertificateName name, X509Certificate2 certificate)
    {
        foreach (var entry in denied)
        {
            if (IsDenied(entry, name, certificate)) return $"node '{name.Node}' is denied by the entry '{entry}' of DeniedPeersFile";
        }

        if (allowed.Count == 0) return null;
        foreach (var pattern in allowed)
        {
            if (Matches(pattern, name)) return null;
        }

        return $"node '{name.Node}' matches no pattern of AllowedNodes";
    }

    private static bool IsDenied(string entry, CertificateName name, X509Certificate2 certificate)
    {
        if (entry.StartsWith(Hash, StringComparison.Ordinal)) return certificate.GetCertHashString(HashAlgorithmName.SHA256).Equals(entry[Hash.Length..], StringComparison.OrdinalIgnoreCase);
        if (entry.StartsWith(Serial, StringComparison.Ordinal))
            return certificate.SerialNumber.AsSpan().TrimStart('0').Equals(entry.AsSpan(Serial.Length).TrimStart('0'), StringComparison.OrdinalIgnoreCase);
        return name.Identity.Equals(entry, name.IsDns ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal) || Matches(entry, name);
    }

    private static bool Matches(string pattern, CertificateName name) => FileSystemName.MatchesSimpleExpression(pattern, name.Node, ignoreCase: name.IsDns);
}
