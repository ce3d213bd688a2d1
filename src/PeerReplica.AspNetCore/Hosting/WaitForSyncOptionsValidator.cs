using Microsoft.Extensions.Options;

namespace PeerReplica.AspNetCore.Hosting;

internal sealed class WaitForSyncOptionsValidator : IValidateOptions<WaitForSyncOptions>
{
    public ValidateOptionsResult Validate(string? name, WaitForSyncOptions options) =>
        options.Timeout > TimeSpan.Zero || options.Timeout == Timeout.InfiniteTimeSpan
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"WaitForSync: Timeout is {options.Timeout}; it must be positive, or Timeout.InfiniteTimeSpan.");
}
