using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PeerReplica.Security;

/// <summary>The certificate of one run of a process with a shared secret: self-signed, with a key that never leaves the process, naming nobody.</summary>
internal static class RunCertificate
{
    private const int MaxCertificateBytes = 4096;

    public static X509Certificate2 Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=PeerReplica", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([CertificateUsage.Server, CertificateUsage.Client], critical: false));

        // The proof of the secret vouches for it, not its dates: clocks may be wrong, and a process may run for years.
        using var certificate = request.CreateSelfSigned(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2999, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return Usable(certificate);
    }

    /// <summary>Why a peer's certificate is none of a run; null when it is one. Nothing else in it counts: the proof covers its hash.</summary>
    public static string? WhyNot(X509Certificate2? certificate)
    {
        if (certificate is null) return "it sent no certificate";
        if (certificate.RawDataMemory.Length > MaxCertificateBytes) return "its certificate is larger than that of any replica with a shared secret";
        using var key = certificate.GetECDsaPublicKey();
        return key is { KeySize: 256 } ? null : "its certificate has no P-256 key; it is no replica with a shared secret";
    }

    /// <summary>Windows takes no key for TLS that was not imported.</summary>
    public static X509Certificate2 Usable(X509Certificate2 certificate) => X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
}
