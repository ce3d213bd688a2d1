using PeerReplica.Replication;
using PeerReplica.Transport;

namespace PeerReplica.Hosting;

/// <summary>Names, resolved for the core outside the gate.</summary>
internal sealed partial class ReplicaHost
{
    private readonly CancellationTokenSource _resolving = new();

    private IAddressResolver? Resolver => _environment.Resolver ?? _environment.Transport as IAddressResolver;

    private void Resolve(in CoreOutput output)
    {
        var (id, address) = (output.Id, output.Detail!);
        _environment.Schedule(() => _ = ResolveAsync(id, address));
    }

    /// <summary>Does not throw: a name whose query never ended would not be resolved again.</summary>
    private async Task ResolveAsync(long queryId, string address)
    {
        IReadOnlyList<string> addresses = [];
        string? failure = null;
        try
        {
            addresses = await Resolver!.ResolveAsync(address, _resolving.Token).ConfigureAwait(false) ?? [];
        }
        catch (Exception e)
        {
            failure = e.Message;
        }

        Locked((core, now) => core.Resolved(queryId, addresses, failure, now), drain: false);
    }
}
