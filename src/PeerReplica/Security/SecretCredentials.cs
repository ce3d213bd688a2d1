using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PeerReplica.Security;

/// <summary>Shared secrets, proved over a channel between two certificates that nobody else vouches for.</summary>
internal sealed class SecretCredentials(IEnumerable<string> secrets)
    : ChannelCredentials(SslStreamCertificateContext.Create(RunCertificate.Create(), additionalCertificates: null, offline: true))
{
    private static readonly X509Certificate2Collection s_noRoots = [];

    public override SharedSecrets Secrets { get; } = new(secrets);

    public override X509ChainPolicy NewChainPolicy() => OfflinePolicy(s_noRoots);

    /// <summary>Whoever issued the certificate does not matter: the proof of the secret that follows covers its hash.</summary>
    public override (HandshakeVerdict Verdict, string Reason)? Refuse(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        RunCertificate.WhyNot(certificate) is { } reason ? (HandshakeVerdict.NotAuthenticated, reason) : null;

    public override PeerIdentity Identify(X509Certificate2 certificate) => PeerIdentity.OfKey(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
}
