using PeerReplica.Crdts;
using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>An object of three units as one replica's app holds it: what it took, what it put back, what it waits for.</summary>
internal sealed class ModelPort(long allowance) : EscrowPort
{
    public const long Units = 3;

    private readonly ModelBudget _budget = new();

    public static EscrowName Object { get; } = new(ObjectKind.BoundedCounter, "left");

    public long Taken { get; private set; }

    public long Returned { get; private set; }

    public long Waiting { get; private set; }

    public override EscrowName Name => Object;

    public override Budget Down => _budget;

    public override Budget? Up => null;

    public override long Allowance => allowance;

    public override MintWish Mint { get; } = new(Object, Units, 0);

    public override long Want => Waiting;

    public override long UpWant => 0;

    public override long Granted => 0;

    public ModelPort Copy()
    {
        var copy = new ModelPort(allowance) { Taken = Taken, Returned = Returned, Waiting = Waiting };
        copy._budget.Add(_budget.Left);
        return copy;
    }

    /// <summary>Takes over what another's app did, and none of what it could do.</summary>
    public void Inherit(ModelPort other) => (Taken, Returned) = (other.Taken, other.Returned);

    public void Wait() => Waiting++;

    public bool TryTake()
    {
        if (_budget.Remove(1) == 0) return false;
        Taken++;
        return true;
    }

    public void Return()
    {
        _budget.Add(1);
        Returned++;
    }

    public override ClaimRequest[] Requests => [];

    public override bool HoldsAreClaims => true;

    public override ReplicaId? FirstAuthority(byte[] key) => null;

    public override void Confirmed(long amount)
    {
    }

    public override void EndWaiting()
    {
    }

    public override long Missed() => 0;

    public override void Changed()
    {
        while (Waiting > 0 && TryTake()) Waiting--;
    }

    private sealed class ModelBudget : Budget
    {
        private long _left;

        public override long Left => _left;

        public override void Add(long amount) => _left += amount;

        public override long Remove(long amount)
        {
            var removed = Math.Max(0, Math.Min(_left, amount));
            _left -= removed;
            return removed;
        }
    }
}
