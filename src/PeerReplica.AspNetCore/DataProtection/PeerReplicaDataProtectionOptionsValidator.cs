using Microsoft.Extensions.Options;

namespace PeerReplica.AspNetCore.DataProtection;

internal sealed class PeerReplicaDataProtectionOptionsValidator : IValidateOptions<PeerReplicaDataProtectionOptions>
{
    public ValidateOptionsResult Validate(string? name, PeerReplicaDataProtectionOptions options) =>
        options.Timeout >= TimeSpan.FromMilliseconds(1) && options.Timeout <= TimeSpan.FromMinutes(10)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"PersistKeysToPeerReplica: Timeout is {options.Timeout}; it must be from 1 ms to 10 min.");
}
