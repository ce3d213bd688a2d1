using PeerReplica.Escrow;
using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Tests.Escrow;

/// <summary>A bounded counter or a pool as its account sees it, which asks for whatever the test sets.</summary>
internal sealed class ScenePort : EscrowPort
{
    private readonly AtomicBudget? _up;

    public ScenePort(bool hasCeiling = false) => _up = hasCeiling ? new AtomicBudget() : null;

    public AtomicBudget DownBudget { get; } = new();

    public AtomicBudget UpBudget => _up!;

    public long AllowanceHere { get; set; } = 10;

    public long Wanted { get; set; }

    public long UpWanted { get; set; }

    public long GrantedHere { get; set; }

    public long MissedHere { get; set; }

    public ReservationRequest[] Asked { get; set; } = [];

    public Withdrawal[] Withdrawn { get; set; } = [];

    public ReplicaId? Authority { get; set; }

    /// <summary>Whether the reservations are items of a pool, and not holds.</summary>
    public bool IsPool { get; init; }

    public List<long> ConfirmedHere { get; } = [];

    public int Changes { get; private set; }

    public override EscrowName Name => EscrowScene.Name;

    public override Budget Down => DownBudget;

    public override Budget? Up => _up;

    public override long Allowance => AllowanceHere;

    public override InitialGrantRequest InitialGrant { get; } = new(EscrowScene.Name, 100, 0);

    public override long Want => Wanted;

    public override long UpWant => UpWanted;

    public override long Granted => GrantedHere;

    public override ReservationRequest[] Requests => Asked;

    public override Withdrawal[] Withdrawals => Withdrawn;

    public override bool HoldsAreReservations => !IsPool;

    public override void Confirmed(long amount) => ConfirmedHere.Add(amount);

    public override ReplicaId? FirstAuthority(byte[] key) => Authority;

    public override long Missed()
    {
        var missed = MissedHere;
        MissedHere = 0;
        return missed;
    }

    public override void EndWaiting()
    {
    }

    public override void Changed() => Changes++;
}
