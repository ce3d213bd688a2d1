using PeerReplica.Causality;
using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>Takes what is decided about claims into a view, if there is one, and notes it; nothing else.</summary>
internal sealed class ClaimPublisher : IEscrowPublisher
{
    private ulong _sequence;

    public EscrowView? View { get; set; }

    public ReplicaId Self { get; set; } = new(1);

    public List<(byte[] Key, ClaimRecord Record, Instant ExpiresAt)> Claims { get; } = [];

    public List<byte[]> Removed { get; } = [];

    public void Publish(CouncilRecord record)
    {
    }

    public void Publish(ulong slot, Decision decision)
    {
    }

    public void Publish(EscrowName name, byte[] key, ClaimRecord record, Instant expiresAt)
    {
        Claims.Add((key, record, expiresAt));
        View?.Learn(name, key, [new Claim(Self, ++_sequence, record, expiresAt)]);
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
