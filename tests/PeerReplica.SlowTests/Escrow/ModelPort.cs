using PeerReplica.Crdts;
using PeerReplica.Escrow;

namespace PeerReplica.SlowTests.Escrow;

/// <summary>An object of three units as one replica's app holds it: what it took, what it put back, what it waits for.</summary>
internal sealed class ModelPort(long allowance, long? headroom) : EscrowPort
{
    public const long Units = 3;

    private readonly ModelBudget _budget = new();
    private readonly ModelBudget? _up = headroom is null ? null : new ModelBudget();
    private long _granted;
    private long _missed;

    public static EscrowName Object { get; } = new(ObjectKind.BoundedCounter, "left");

    public long Taken { get; private set; }

    public long Returned { get; private set; }

    public long Waiting { get; private set; }

    public long WaitingToReturn { get; private set; }

    public override EscrowName Name => Object;

    public override Budget Down => _budget;

    public override Budget? Up => _up;

    public override long Allowance => allowance;

    public override InitialGrantRequest InitialGrant { get; } = new(Object, Units, headroom ?? 0);

    public override long Want => Waiting;

    public override long UpWant => WaitingToReturn;

    public override long Granted => _granted;

    public ModelPort Copy()
    {
        var copy = new ModelPort(allowance, headroom) { Taken = Taken, Returned = Returned, Waiting = Waiting, WaitingToReturn = WaitingToReturn, _granted = _granted, _missed = _missed };
        copy._budget.Add(_budget.Left);
        copy._up?.Add(_up!.Left);
        return copy;
    }

    /// <summary>Takes over what another's app did, and none of what it could do.</summary>
    public void Inherit(ModelPort other) => (Taken, Returned, _granted) = (other.Taken, other.Returned, other._granted);

    public void Wait() => Waiting++;

    public void WaitToReturn() => WaitingToReturn++;

    public void Grant() => _granted++;

    /// <summary>A take found nothing and did not wait.</summary>
    public void Miss() => _missed = 1;

    public bool TryTake()
    {
        if (_budget.Remove(1) == 0) return false;
        _up?.Add(1);
        Taken++;
        return true;
    }

    public bool TryReturn()
    {
        if (_up is not null && _up.Remove(1) == 0) return false;
        _budget.Add(1);
        Returned++;
        return true;
    }

    public override ReservationRequest[] Requests => [];

    public override bool HoldsAreReservations => true;

    public override ReplicaId? FirstAuthority(byte[] key) => null;

    public override void Confirmed(long amount)
    {
    }

    public override void EndWaiting()
    {
    }

    public override long Missed()
    {
        var missed = _missed;
        _missed = 0;
        return missed;
    }

    public override void Changed()
    {
        while (Waiting > 0 && TryTake()) Waiting--;
        while (WaitingToReturn > 0 && TryReturn()) WaitingToReturn--;
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
