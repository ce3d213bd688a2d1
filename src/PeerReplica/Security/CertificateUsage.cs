using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PeerReplica.Security;

/// <summary>The extended key usages of TLS. A replica dials and listens with one certificate, so that needs both.</summary>
internal static class CertificateUsage
{
    public static Oid Server => new("1.3.6.1.5.5.7.3.1");

    public static Oid Client => new("1.3.6.1.5.5.7.3.2");

    /// <summary>Why a certificate is not for both ends of TLS; null when it is.</summary>
    public static string? WhyNot(X509Certificate2 certificate)
    {
        var usages = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(e => e.EnhancedKeyUsages.Cast<Oid>()).Select(o => o.Value).ToHashSet();
        var missing = new List<string>();
        if (!usages.Contains(Server.Value)) missing.Add("serverAuth");
        if (!usages.Contains(Client.Value)) missing.Add("clientAuth");
        return missing.Count == 0 ? null : $"its extended key usage lacks {string.Join(" and ", missing)}; a replica's certificate must have both serverAuth and clientAuth";
    }
}
