using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Escrow;

namespace PeerReplica.Hosting.LocalState;

/// <summary>A bounded counter as app threads see it: a budget that they take from, which the loop fills and empties.</summary>
internal sealed class BoundedCounterObject : AccountObject
{
    private readonly CounterPort _port;
    private readonly AtomicBudget _down = new();
    private readonly AtomicBudget? _up;
    private readonly RightsWaitQueue _takes;
    private readonly RightsWaitQueue? _returns;
    private readonly long _capacity;
    private readonly long _floor;
    private readonly long _headroom;
    private readonly long _allowance;
    private long _missed;
    private long _granted;
    private long _elsewhere;
    private EscrowAudit _audit = new(0, 0, 0, 0, 0, true);
    private long _lookedAt = -1;

    public BoundedCounterObject(string name, long capacity, BoundedCounterOptions options, ILocalState localState)
        : base(name, ObjectKind.BoundedCounter, localState)
    {
        _capacity = capacity;
        _floor = options.Floor;
        _headroom = options.Ceiling is { } ceiling ? ceiling - capacity : 0;
        _allowance = Math.Min(options.Allowance ?? Math.Max(1, (capacity - options.Floor) / 20), ObjectRegistry.MaxRange);
        _up = options.Ceiling is null ? null : new AtomicBudget();
        _takes = new RightsWaitQueue(_down, localState.Schedule);
        _returns = _up is null ? null : new RightsWaitQueue(_up, localState.Schedule);
        _port = new CounterPort(this);
    }

    public override EscrowPort Port => _port;

    public override long[] Terms => _up is null ? [_capacity, _floor] : [_capacity, _floor, _capacity + _headroom];

    public long AvailableHere => _down.Left;

    public long Available => Math.Max(0, _down.Left + Volatile.Read(ref _elsewhere));

    public long Floor => _floor;

    /// <summary>Whether all that was granted here counts. Loop only.</summary>
    public bool IsGrantEffective => Account is { IsGrantEffective: true };

    public bool TryTake(long amount)
    {
        if (!TryTakeToHold(amount)) return false;
        Taken(amount);
        return true;
    }

    /// <summary>Takes for a hold: the right to give it back comes once it is confirmed.</summary>
    public bool TryTakeToHold(long amount)
    {
        if (_down.TryTake(amount)) return true;
        Miss(amount);
        return false;
    }

    public bool Return(long amount)
    {
        if (_up is not null && !_up.TryTake(amount))
        {
            ThrowIfClosed();
            return false;
        }

        if (_up is null)
        {
            if (!_down.TryReturn(amount)) return false;
        }
        else
        {
            _down.Add(amount);
        }

        if (!IsMarked) NoteReturn(amount);
        return true;
    }

    /// <summary>What was taken for a hold that could not be made.</summary>
    public void Untake(long amount) => Returned(amount);

    public RightsWaiter WaitToTake(long amount, bool isHold) => _takes.Add(amount, isHold);

    /// <summary>Whether rights to return can come.</summary>
    public bool HasCeiling => _returns is not null;

    public RightsWaiter WaitToReturn(long amount) => _returns!.Add(amount);

    /// <summary>False when the rights came before.</summary>
    public bool TryAbandon(RightsWaiter waiter, bool isReturn) => (isReturn ? _returns! : _takes).TryAbandon(waiter);

    /// <summary>Adds to what was granted here, if it can count. Loop only.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The counter would pass what it can count.</exception>
    public void Grant(long amount)
    {
        Int128 total = _granted;
        if (Engine is { View.IsFormed: true } engine && engine.View.InitialGrantOf(_port.Name) is not null)
            total += engine.Ledger.Issued(_port.Name, up: false) - engine.Ledger.Granted(_port.Name, Store.Origins[OriginTable.Self], up: false);
        else total += _capacity - _floor;
        if (total + amount > ObjectRegistry.MaxRange || total + amount + Math.Max(0, _headroom) + _floor > long.MaxValue)
        {
            throw new ArgumentOutOfRangeException(
                nameof(amount), amount, $"The bounded counter '{Identity.Name}' has {total:N0} units above a floor of {_floor:N0}, and can have {ObjectRegistry.MaxRange:N0} in all, up to a value of {long.MaxValue:N0}. Nothing was granted.");
        }

        Volatile.Write(ref _granted, _granted + amount);
        MarkDirty();
    }

    public override long Oversold => _audit.Oversold;

    public override bool IsBalanced => _audit.IsBalanced;

    public override EscrowAudit Audit(Func<ReplicaId, bool> isPresent) =>
        Engine is { View.IsFormed: true } engine ? Judged(engine.Ledger.Audit(_port.Name, isPresent)) : new EscrowAudit(0, 0, 0, 0, 0, true);

    /// <summary>
    /// A sum that comes out can still lie outside the bounds: above the ceiling where more came back than rights to return permit, also once what is held comes back;
    /// below the floor where more was taken than granted.
    /// </summary>
    private EscrowAudit Judged(EscrowAudit audit) =>
        audit.Oversold > 0 || (_up is not null && audit.Sold < -_headroom) ? audit with { IsBalanced = false } : audit;

    private void Taken(long amount)
    {
        _up?.Add(amount);
        MarkDirty();
    }

    private void Served(RightsWaiter waiter)
    {
        if (waiter.IsHold) MarkDirty();
        else Taken(waiter.Amount);
    }

    private void ServedReturn(RightsWaiter waiter) => Returned(waiter.Amount);

    private void Returned(long amount)
    {
        _down.Add(amount);
        MarkDirty();
    }

    /// <summary>The first return since the last broadcast: it is undone when it came too late for the last one.</summary>
    private void NoteReturn(long amount)
    {
        try
        {
            MarkDirty();
        }
        catch (ReplicaNotRunningException)
        {
            // Where it is gone the last balance took it along: it was returned.
            if (_down.Remove(amount) == amount) throw;
        }
    }

    private void Miss(long amount)
    {
        amount = Math.Min(amount, ObjectRegistry.MaxRange);
        var missed = Volatile.Read(ref _missed);
        if (missed < amount) Interlocked.CompareExchange(ref _missed, amount, missed);
        MarkDirty();
    }

    private sealed class CounterPort(BoundedCounterObject owner) : EscrowPort
    {
        public override EscrowName Name { get; } = new(ObjectKind.BoundedCounter, owner.Identity.Name);

        public override Budget Down => owner._down;

        public override Budget? Up => owner._up;

        public override long Allowance => owner._allowance;

        public override InitialGrantRequest InitialGrant { get; } = new(new(ObjectKind.BoundedCounter, owner.Identity.Name), owner._capacity - owner._floor, owner._headroom);

        public override long Want => owner._takes.Wanted;

        public override long UpWant => owner._returns?.Wanted ?? 0;

        public override long Granted => Volatile.Read(ref owner._granted);

        public override ReservationRequest[] Requests => owner.Reservations.Requests;

        public override bool HoldsAreReservations => true;

        public override ReplicaId? FirstAuthority(byte[] key) => HoldKey.TryRead(key, out var hold) ? hold.Holder : null;

        public override void Confirmed(long amount) => owner._up?.Add(amount);

        public override void EndWaiting()
        {
            owner._takes.Serve(0, owner.Served);
            owner._returns?.Serve(0, owner.ServedReturn);
            owner.Reservations.EndAll(new PeerReplicaException("The replica was stopped before the holder had answered. Ask again at another instance: the answer will say what became of it."));
        }

        public override long Missed() => Interlocked.Exchange(ref owner._missed, 0);

        public override void Changed() => owner.Look();
    }

    /// <summary>The loop has looked at the account: serves who waits, and tells who watches.</summary>
    private void Look()
    {
        if (Engine is null) return;
        if (Reservations.IsLooking || Engine.View.Version != _lookedAt) LookForAnswers();
        if (Engine.View.Version == _lookedAt && _takes.Wanted == 0 && _returns is not { Wanted: > 0 }) return;
        _lookedAt = Engine.View.Version;
        var audit = Audit(static _ => true);
        Volatile.Write(ref _elsewhere, Units.Saturate((Int128)audit.Free - _down.Left));
        var isGranted = Engine.View.InitialGrantOf(_port.Name) is not null;
        _takes.Serve(Account!.IsStopped ? 0 : isGranted ? Engine.Ledger.Unsold(_port.Name) : long.MaxValue, Served);
        _returns?.Serve(Account.IsStopped ? 0 : long.MaxValue, ServedReturn);
        if (audit == _audit) return;
        _audit = audit;
        Watchers.Notify(default);
    }
}
