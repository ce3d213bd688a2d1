using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace PeerReplica.Security;

/// <summary>What this replica proves to peers, and how it judges what they prove. Immutable, so that a handshake sees one state from its beginning to its end.</summary>
internal abstract class ChannelCredentials(SslStreamCertificateContext context)
{
    /// <summary>This replica's certificate with its key and the authorities between it and a root.</summary>
    public SslStreamCertificateContext Context { get; } = context;

    /// <summary>The shared secrets to prove over the channel; null where the certificates alone authenticate.</summary>
    public virtual SharedSecrets? Secrets => null;

    /// <summary>How TLS builds the chain of a peer's certificate: with nothing from the machine's store or the network.</summary>
    public abstract X509ChainPolicy NewChainPolicy();

    /// <summary>Judges a peer's certificate, within the TLS handshake. Null: accepted so far.</summary>
    public abstract (HandshakeVerdict Verdict, string Reason)? Refuse(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors);

    /// <summary>Who a peer is whose certificate was accepted.</summary>
    public abstract PeerIdentity Identify(X509Certificate2 certificate);

    /// <summary>Judges a peer anew that was accepted by earlier credentials. Null: it may stay.</summary>
    public virtual (HandshakeVerdict Verdict, string Reason)? Reconsider(X509Certificate2 certificate, X509Certificate2Collection intermediates) => null;

    protected static X509ChainPolicy OfflinePolicy(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
            UrlRetrievalTimeout = TimeSpan.FromMilliseconds(1),
        };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }
}
