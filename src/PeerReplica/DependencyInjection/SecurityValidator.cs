using PeerReplica.Security;

namespace PeerReplica.DependencyInjection;

/// <summary>Checks the options about secrets and certificates. No message holds any part of a secret.</summary>
internal static class SecurityValidator
{
    public static void Validate(PeerReplicaOptions options, List<string> faults)
    {
        if (options.SharedSecret is { } secret) Secret(nameof(options.SharedSecret), secret, faults);
        foreach (var previous in options.PreviousSharedSecrets) Secret(nameof(options.PreviousSharedSecrets), previous ?? "", faults);
        if (options.PreviousSharedSecrets.Count >= SharedSecrets.MaxSecrets)
            faults.Add($"PeerReplica: PreviousSharedSecrets must hold at most {SharedSecrets.MaxSecrets - 1} secrets; it holds {options.PreviousSharedSecrets.Count}.");
        if (options is { SharedSecret: null, PreviousSharedSecrets.Count: > 0 })
            faults.Add("PeerReplica: PreviousSharedSecrets is set, and SharedSecret is not. Set SharedSecret to the current secret.");
        Certificates(options, faults);
    }

    private static void Certificates(PeerReplicaOptions options, List<string> faults)
    {
        foreach (var pattern in options.AllowedNodes)
        {
            if (string.IsNullOrWhiteSpace(pattern)) faults.Add("PeerReplica: AllowedNodes must hold patterns of node names; one of them is empty.");
        }

        foreach (var pattern in options.Operators)
        {
            if (string.IsNullOrWhiteSpace(pattern)) faults.Add("PeerReplica: Operators must hold patterns of node names; one of them is empty.");
        }

        foreach (var (name, value) in new[]
        {
            (nameof(options.CertificateFile), options.CertificateFile), (nameof(options.CertificateThumbprint), options.CertificateThumbprint),
            (nameof(options.CertificateKeyFile), options.CertificateKeyFile), (nameof(options.TrustedAuthoritiesFile), options.TrustedAuthoritiesFile),
            (nameof(options.DeniedPeersFile), options.DeniedPeersFile),
        })
        {
            if (value is not null && string.IsNullOrWhiteSpace(value)) faults.Add($"PeerReplica: {name} is set and empty. Give it a value, or leave it out.");
        }

        if (!options.UsesCertificates)
        {
            foreach (var (name, value) in new[]
            {
                (nameof(options.CertificateKeyFile), options.CertificateKeyFile), (nameof(options.CertificatePassword), options.CertificatePassword), (nameof(options.TrustedAuthoritiesFile), options.TrustedAuthoritiesFile),
                (nameof(options.DeniedPeersFile), options.DeniedPeersFile), (nameof(options.AllowedNodes), options.AllowedNodes.FirstOrDefault()),
                (nameof(options.Operators), options.Operators.FirstOrDefault()),
            })
            {
                if (value is not null) faults.Add($"PeerReplica: {name} is set, and there is no certificate. Set CertificateFile or CertificateThumbprint, or call UseCertificates, or leave {name} out.");
            }

            return;
        }

        if (options.SharedSecret is not null) faults.Add("PeerReplica: SharedSecret is set, and a certificate as well. Peers are authenticated by one of them: leave the other out.");
        if (new object?[] { options.CertificateFile, options.CertificateThumbprint, options.CertificateProvider }.Count(static o => o is not null) > 1)
            faults.Add("PeerReplica: of CertificateFile, CertificateThumbprint and UseCertificates only one must be used.");
        if (options is { CertificateProvider: null, TrustedAuthoritiesFile: null })
            faults.Add("PeerReplica: TrustedAuthoritiesFile must be set with a certificate: the PEM file with the authorities that issue certificates for this cluster alone.");
        else if (ChannelSecurity.WhyUnusable(options) is { } fault) faults.Add($"PeerReplica: {fault}");
    }

    private static void Secret(string option, string secret, List<string> faults)
    {
        if (SecretStrength.WhyWeak(secret) is { } reason)
            faults.Add($"PeerReplica: {option} must be at least {SecretStrength.MinBits} random bits in base64 or hexadecimal, or be left out: {reason}. {SecretStrength.Remedy}");
    }
}
