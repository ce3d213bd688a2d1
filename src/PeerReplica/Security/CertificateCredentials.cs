using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace PeerReplica.Security;

/// <summary>Certificates that an authority of the cluster has issued, from both ends.</summary>
internal sealed class CertificateCredentials(PeerCertificates certificates, string cluster, PeerPolicy policy)
    : ChannelCredentials(SslStreamCertificateContext.Create(certificates.Certificate, certificates.Intermediates, offline: true))
{
    private const string NotIssued = "the certificate was issued by no authority that this replica trusts";

    /// <summary>Why certificates are none to start or to go on with, as the end of a sentence about the certificate; null when they are sound.</summary>
    public static string? WhyUnusable(PeerCertificates certificates, string cluster, string? nodeName)
    {
        var own = certificates.Certificate;
        if (certificates.Authorities.Count == 0) return "there is no authority to trust";
        if (certificates.Authorities.FirstOrDefault(static a => !IsAuthority(a)) is { } leaf) return $"the trusted certificate '{leaf.Subject}' is no authority's: its basic constraints do not say CA";
        if (!own.HasPrivateKey) return "it has no private key";
        if (CertificateUsage.WhyNot(own) is { } usage) return usage;
        if (CertificateName.Read(own, out var fault) is not { } name) return fault;
        if (!name.IsOf(cluster)) return $"it names the cluster '{name.Cluster}', and ClusterName is '{cluster}'";
        if (nodeName is not null && !name.Names(nodeName)) return $"it names the node '{name.Node}', and NodeName is '{nodeName}'; set NodeName to that name, or leave it out";
        return WhyUntrusted(own, certificates.Intermediates, certificates.Authorities);
    }

    public override X509ChainPolicy NewChainPolicy() => OfflinePolicy(certificates.Authorities);

    public override (HandshakeVerdict Verdict, string Reason)? Refuse(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || chain is null) return (HandshakeVerdict.NotAuthenticated, "it sent no certificate");

        // Peers are known by the node that the certificate names, and not by a host's name: a mismatch of those does not count.
        if (CertificateUsage.WhyNot(certificate) is { } usage) return (HandshakeVerdict.NotAuthenticated, usage);
        if ((errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) != 0 && WhyUntrusted(certificate, chain.ChainPolicy.ExtraStore, certificates.Authorities) is { } untrusted)
            return (HandshakeVerdict.NotAuthenticated, untrusted);
        if (CertificateName.Read(certificate, out var fault) is not { } name) return (HandshakeVerdict.NotAuthenticated, fault);
        if (!name.IsOf(cluster)) return (HandshakeVerdict.NotAuthenticated, $"its certificate names the cluster '{name.Cluster}', and this replica belongs to '{cluster}'");
        return policy.WhyDenied(name, certificate) is { } denied ? (HandshakeVerdict.Denied, denied) : null;
    }

    public override PeerIdentity Identify(X509Certificate2 certificate)
    {
        var name = CertificateName.Read(certificate, out _)!;
        var end = certificate.NotAfter < certificates.Certificate.NotAfter ? certificate.NotAfter : certificates.Certificate.NotAfter;
        return PeerIdentity.OfNode(name.Identity, name.Node, end);
    }

    /// <summary>Judges a peer anew that was accepted by earlier credentials.</summary>
    public override (HandshakeVerdict Verdict, string Reason)? Reconsider(X509Certificate2 certificate, X509Certificate2Collection intermediates)
    {
        using var chain = new X509Chain { ChainPolicy = NewChainPolicy() };
        chain.ChainPolicy.ExtraStore.AddRange(intermediates);
        return Refuse(certificate, chain, SslPolicyErrors.RemoteCertificateChainErrors);
    }

    /// <summary>
    /// Why a certificate leads to no authority; null when it leads to one. Each authority is tried by itself: a chain is built by names, and an authority that takes another's place
    /// often has its name.
    /// </summary>
    private static string? WhyUntrusted(X509Certificate2 certificate, X509Certificate2Collection intermediates, X509Certificate2Collection authorities)
    {
        var fault = "";
        foreach (var authority in authorities)
        {
            using var chain = new X509Chain { ChainPolicy = OfflinePolicy([authority]) };
            chain.ChainPolicy.ExtraStore.AddRange(intermediates);
            if (chain.Build(certificate)) return null;
            var own = Fault(chain, certificate);

            // That it is expired says more than that the other authorities did not issue it.
            if (fault.Length == 0 || own != NotIssued) fault = own;
        }

        return fault;
    }

    private static bool IsAuthority(X509Certificate2 certificate) => certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(static e => e.CertificateAuthority);

    private static string Fault(X509Chain chain, X509Certificate2 certificate)
    {
        var statuses = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (all, s) => all | s.Status);
        if ((statuses & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid)) != 0) return NotIssued;
        if ((statuses & X509ChainStatusFlags.NotTimeValid) != 0)
            return $"the certificate, or an authority's above it, is expired or not yet valid: it holds from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}; check the clocks";
        return $"the certificate is not valid ({statuses})";
    }
}
