namespace PeerReplica.Escrow;

/// <summary>Where the escrow's records go: to be replicated, and from there into every view, this replica's own before the call returns.</summary>
internal interface IEscrowPublisher
{
    void Publish(ConsensusRecord record);

    void Publish(ulong slot, Decision decision);

    /// <summary>Publishes a decision about a reservation.</summary>
    void Publish(EscrowName name, byte[] key, ReservationRecord record, Causality.Instant expiresAt);

    /// <summary>Removes what was decided about a reservation, by whomever.</summary>
    void Remove(EscrowName name, byte[] key);

    /// <summary>Publishes what the account tells.</summary>
    void Publish(Account account);
}
