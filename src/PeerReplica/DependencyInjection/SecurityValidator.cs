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
    }

    private static void Secret(string option, string secret, List<string> faults)
    {
        if (SecretStrength.WhyWeak(secret) is { } reason)
            faults.Add($"PeerReplica: {option} must be at least {SecretStrength.MinBits} random bits in base64 or hexadecimal, or be left out: {reason}. {SecretStrength.Remedy}");
    }
}
