using PeerReplica.Escrow;
using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Tests.Escrow;

/// <summary>A pool of one item, as the engine sees it, that only asks for what it was given.</summary>
/// <param name="name">The pool's name.</param>
/// <param name="authority">Who decides first about every item.</param>
/// <param name="requests">What the replica asks for.</param>
internal sealed class PoolPort(EscrowName name, ReplicaId authority, params ReservationRequest[] requests) : EscrowPort
{
    public override EscrowName Name => name;

    public override Budget Down { get; } = new AtomicBudget();

    public override Budget? Up => null;

    public override long Allowance => 0;

    public override InitialGrantRequest InitialGrant { get; } = new(name, 1, 0);

    public override long Want => 0;

    public override long UpWant => 0;

    public override long Granted => 0;

    public override ReservationRequest[] Requests => requests;

    public override bool HoldsAreReservations => false;

    public override void Confirmed(long amount)
    {
    }

    public override ReplicaId? FirstAuthority(byte[] key) => authority;

    public override long Missed() => 0;

    public override void EndWaiting()
    {
    }

    public override void Changed()
    {
    }
}
