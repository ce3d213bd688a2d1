using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PeerReplica.Security;

/// <summary>Certificates from where the options say: a delegate, the machine's store, PEM files, or a PFX file.</summary>
internal static class CertificateFiles
{
    /// <summary>Loads the certificates and the policy. What changes makes the fingerprint another one.</summary>
    /// <exception cref="Exception">They cannot be loaded: I/O, format, cryptography, or the delegate's own.</exception>
    public static (PeerCertificates Certificates, PeerPolicy Policy, string Fingerprint) Load(PeerReplicaOptions options)
    {
        var certificates = LoadCertificates(options);
        var denied = options.DeniedPeersFile is { } path ? File.ReadAllText(path) : "";
        var policy = new PeerPolicy([.. options.AllowedNodes], PeerPolicy.ReadDenied(denied));
        return (certificates, policy, $"{certificates.Fingerprint}/{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(denied)))}");
    }

    /// <summary>The directories in which a change may mean other certificates.</summary>
    public static IEnumerable<string> Directories(PeerReplicaOptions options) =>
        new[] { options.CertificateFile, options.CertificateKeyFile, options.TrustedAuthoritiesFile, options.DeniedPeersFile }
            .OfType<string>().Select(static f => Path.GetDirectoryName(Path.GetFullPath(f))!).Distinct(StringComparer.Ordinal);

    private static PeerCertificates LoadCertificates(PeerReplicaOptions options)
    {
        if (options.CertificateProvider is { } provider) return provider() ?? throw new InvalidOperationException("The provider given to UseCertificates returned null.");
        var authorities = new X509Certificate2Collection();
        if (options.TrustedAuthoritiesFile is { } file) authorities.ImportFromPemFile(file);
        if (options.CertificateThumbprint is { } thumbprint) return new PeerCertificates(Find(thumbprint), authorities);
        var bytes = File.ReadAllBytes(options.CertificateFile!);
        return bytes.AsSpan().IndexOf("-----BEGIN"u8) >= 0 ? LoadPem(options, Encoding.UTF8.GetString(bytes), authorities) : LoadPfx(options, bytes, authorities);
    }

    /// <summary>The first certificate is the replica's, the others lie between it and a root.</summary>
    private static PeerCertificates LoadPem(PeerReplicaOptions options, string pem, X509Certificate2Collection authorities)
    {
        var key = options.CertificateKeyFile is { } path ? File.ReadAllText(path) : pem;
        using var certificate = options.CertificatePassword is { } password
            ? X509Certificate2.CreateFromEncryptedPem(pem, key, password)
            : X509Certificate2.CreateFromPem(pem, key);
        var all = new X509Certificate2Collection();
        all.ImportFromPem(pem);
        return new PeerCertificates(RunCertificate.Usable(certificate), authorities, [.. all.Skip(1)]);
    }

    private static PeerCertificates LoadPfx(PeerReplicaOptions options, byte[] bytes, X509Certificate2Collection authorities)
    {
        var all = X509CertificateLoader.LoadPkcs12Collection(bytes, options.CertificatePassword);
        var own = all.FirstOrDefault(static c => c.HasPrivateKey) ?? throw new CryptographicException($"'{options.CertificateFile}' holds no certificate with a private key.");
        return new PeerCertificates(own, authorities, [.. all.Where(c => !ReferenceEquals(c, own))]);
    }

    private static X509Certificate2 Find(string thumbprint)
    {
        foreach (var location in new[] { StoreLocation.CurrentUser, StoreLocation.LocalMachine })
        {
            using var store = new X509Store(StoreName.My, location);
            try
            {
                store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
            }
            catch (CryptographicException)
            {
                // There is no such store.
                continue;
            }

            var found = store.Certificates.Find(X509FindType.FindByThumbprint, thumbprint, validOnly: false);
            if (found.Count > 0) return found[0];
        }

        throw new CryptographicException($"The stores 'My' of the user and of the machine hold no certificate with the thumbprint {thumbprint}.");
    }
}
