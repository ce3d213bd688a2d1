namespace PeerReplica.Transport;

/// <summary>
/// Moves whole frames between replicas: the seam between the replication core and a network.
/// </summary>
/// <remarks>
/// A transport promises that the frames of one connection arrive whole and unaltered, and that nothing arrives on a connection after its
/// <see cref="ITransportHandler.OnClosed"/>. It does not promise order, and it may lose or repeat frames: the protocol tolerates that.
/// Implementations are thread-safe.
/// </remarks>
public interface IReplicaTransport : IAsyncDisposable
{
    /// <summary>Begins to accept connections and to report everything that happens to <paramref name="handler"/>.</summary>
    /// <param name="listenAddress">Where to listen, as <c>host:port</c>; port 0 lets the system choose.</param>
    /// <param name="handler">Receives every event of every connection. Its methods may be called from any thread, never two at a time for one connection.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>The address that was bound, with the port that was chosen.</returns>
    /// <exception cref="TransportException">The address cannot be bound; the message says why and what to do.</exception>
    ValueTask<string> StartAsync(string listenAddress, ITransportHandler handler, CancellationToken cancellationToken);

    /// <summary>
    /// Begins to connect to <paramref name="address"/>; returns at once. The result is reported as
    /// <see cref="ITransportHandler.OnOpened"/> or <see cref="ITransportHandler.OnDialFailed"/>, with the same <paramref name="dialId"/>.
    /// </summary>
    /// <param name="address">The peer's address, as <c>host:port</c>.</param>
    /// <param name="dialId">The caller's name for this attempt.</param>
    void Dial(string address, long dialId);
}
