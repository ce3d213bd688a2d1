using PeerReplica.Causality;
using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>Takes what is decided about reservations into a view, if there is one, and notes it; nothing else.</summary>
internal sealed class ReservationPublisher : IEscrowPublisher
{
    private ulong _sequence;

    public EscrowView? View { get; set; }

    public ReplicaId Self { get; set; } = new(1);

    public List<(byte[] Key, ReservationRecord Record, Instant ExpiresAt)> Reservations { get; } = [];

    public List<byte[]> Removed { get; } = [];

    public void Publish(ConsensusRecord record)
    {
    }

    public void Publish(ulong slot, Decision decision)
    {
    }

    public void Publish(EscrowName name, byte[] key, ReservationRecord record, Instant expiresAt)
    {
        Reservations.Add((key, record, expiresAt));
        View?.Learn(name, key, [new Reservation(Self, ++_sequence, record, expiresAt)]);
    }

    public void Remove(EscrowName name, byte[] key)
    {
        Removed.Add(key);
        View?.Learn(name, key, []);
    }

    public void Publish(Account account)
    {
    }
}
