using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PeerReplica.Security;

/// <summary>
/// Not for production. A throw-away authority for tests and samples: its key lives in this process alone, and its certificates end after a day. In production an authority that your
/// organization runs issues the certificates, for example cert-manager, SPIRE or Vault. Thread-safe.
/// </summary>
public sealed class DevelopmentAuthority : IDisposable
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromDays(1);

    private DevelopmentAuthority(string clusterName, X509Certificate2 certificate) => (ClusterName, Certificate) = (clusterName, certificate);

    /// <summary>The cluster whose nodes it issues certificates for.</summary>
    public string ClusterName { get; }

    /// <summary>Its own certificate, with the private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Makes an authority. Not for production.</summary>
    /// <param name="clusterName">The cluster, as in <see cref="PeerReplicaOptions.ClusterName"/>.</param>
    public static DevelopmentAuthority Create(string clusterName)
    {
        ArgumentException.ThrowIfNullOrEmpty(clusterName);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=PeerReplica development authority (not for production)", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 1, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now + s_lifetime);
        return new DevelopmentAuthority(clusterName, X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable));
    }

    /// <summary>Issues a certificate for a node: what the provider given to <see cref="PeerReplicaOptions.UseCertificates"/> returns.</summary>
    /// <param name="nodeName">The node, as in <see cref="PeerReplicaOptions.NodeName"/>.</param>
    public PeerCertificates Issue(string nodeName)
    {
        ArgumentException.ThrowIfNullOrEmpty(nodeName);
        return new PeerCertificates(Issue(nodeName, s_lifetime, null), [X509CertificateLoader.LoadCertificate(Certificate.RawData)]);
    }

    /// <summary>Issues a certificate for a node into the files <c>tls.crt</c>, <c>tls.key</c> and <c>ca.crt</c> of a directory.</summary>
    /// <param name="nodeName">The node, as in <see cref="PeerReplicaOptions.NodeName"/>.</param>
    /// <param name="directory">The directory, which is made if there is none.</param>
    public void IssueTo(string nodeName, string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(nodeName);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        using var certificate = Issue(nodeName, s_lifetime, null);
        using var key = certificate.GetECDsaPrivateKey()!;
        Directory.CreateDirectory(directory);
        Write(Path.Combine(directory, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        Write(Path.Combine(directory, "tls.crt"), certificate.ExportCertificatePem());
        Write(Path.Combine(directory, "ca.crt"), Certificate.ExportCertificatePem());
    }

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();

    /// <summary>Issues a certificate that ends when the caller says so, and with what the caller adds or removes.</summary>
    internal X509Certificate2 Issue(string nodeName, TimeSpan lifetime, Action<CertificateRequest>? change)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=PeerReplica development node (not for production)", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(new CertificateName(ClusterName, nodeName, IsDns: false).Identity));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([CertificateUsage.Server, CertificateUsage.Client], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        change?.Invoke(request);
        var now = DateTimeOffset.UtcNow;
        var end = now + lifetime < Certificate.NotAfter ? now + lifetime : Certificate.NotAfter;
        using var certificate = request.Create(Certificate, now.AddHours(-1) < Certificate.NotBefore ? Certificate.NotBefore : now.AddHours(-1), end, RandomNumberGenerator.GetBytes(16));
        using var withKey = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }

    /// <summary>Whole or not at all: a file that is watched is never seen half written.</summary>
    private static void Write(string path, string text)
    {
        var own = $"{path}.{Guid.NewGuid():N}";
        File.WriteAllText(own, text, Encoding.ASCII);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(own, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(own, path, overwrite: true);
    }
}
