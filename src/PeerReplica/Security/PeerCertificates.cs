using System.Security.Cryptography.X509Certificates;

namespace PeerReplica.Security;

/// <summary>
/// A replica's certificate, and the authorities whose certificates it accepts from peers. See docs/explanation/threat-model.md for what the certificate must hold. Immutable.
/// </summary>
public sealed class PeerCertificates
{
    /// <summary>Creates it. The certificates stay the caller's, who disposes of none while a replica uses them.</summary>
    /// <param name="certificate">This replica's certificate, with its private key.</param>
    /// <param name="authorities">The roots that peers' certificates, and this one, must lead to. Several, while one authority takes another's place.</param>
    /// <param name="intermediates">Authorities between the certificate and a root, which are sent along; none by default.</param>
    public PeerCertificates(X509Certificate2 certificate, X509Certificate2Collection authorities, X509Certificate2Collection? intermediates = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(authorities);
        Certificate = certificate;
        Authorities = authorities;
        Intermediates = intermediates ?? [];
    }

    /// <summary>This replica's certificate, with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The roots that a peer's certificate must lead to.</summary>
    public X509Certificate2Collection Authorities { get; }

    /// <summary>The authorities between the certificate and a root.</summary>
    public X509Certificate2Collection Intermediates { get; }

    /// <summary>What tells one state of certificates from another.</summary>
    internal string Fingerprint => string.Join(
        ',', new[] { Certificate }.Concat(Intermediates).Select(static c => c.Thumbprint).Append("/").Concat(Authorities.Select(static c => c.Thumbprint)));
}
