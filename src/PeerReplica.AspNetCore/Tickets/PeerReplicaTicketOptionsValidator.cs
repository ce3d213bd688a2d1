using Microsoft.Extensions.Options;

namespace PeerReplica.AspNetCore.Tickets;

internal sealed class PeerReplicaTicketOptionsValidator : IValidateOptions<PeerReplicaTicketOptions>
{
    public ValidateOptionsResult Validate(string? name, PeerReplicaTicketOptions options)
    {
        var faults = new List<string>();
        if (options.MaxLifetime < TimeSpan.FromSeconds(1) || options.MaxLifetime > TimeSpan.FromDays(3653))
            faults.Add($"AddPeerReplicaTicketStore: MaxLifetime is {options.MaxLifetime}; it must be from 1 s to 10 years.");
        if (options.UserOf is null) faults.Add("AddPeerReplicaTicketStore: UserOf must not be null.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
