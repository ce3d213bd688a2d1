namespace PeerReplica.Transport;

/// <summary>
/// Turns a name into all addresses that it stands for. The replica asks for its seeds and for the names that members advertise, again and again for as long as it
/// runs, and dials each address separately.
/// </summary>
/// <remarks>
/// The transport that comes with the library implements it with the system's resolver. Register another one as a service to find replicas elsewhere. A custom
/// <see cref="IReplicaTransport"/> that does not implement it, without such a service, gets names to dial as they are. Implementations are thread-safe.
/// </remarks>
public interface IAddressResolver
{
    /// <summary>Resolves a name.</summary>
    /// <param name="address">The name and port, as <c>host:port</c>.</param>
    /// <param name="cancellationToken">Canceled when the replica stops.</param>
    /// <returns>All addresses as <c>host:port</c>, in the order to try them; empty when there are none. An exception counts as a failure: the name is resolved again with back-off.</returns>
    ValueTask<IReadOnlyList<string>> ResolveAsync(string address, CancellationToken cancellationToken);
}
