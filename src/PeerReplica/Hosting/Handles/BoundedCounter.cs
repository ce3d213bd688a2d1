using PeerReplica.Diagnostics;
using PeerReplica.Escrow;
using PeerReplica.Hosting.LocalState;

namespace PeerReplica.Hosting.Handles;

internal sealed class BoundedCounter(ReplicaHost host, BoundedCounterObject counter) : IBoundedCounter, IInspectable
{
    public string Name => counter.Identity.Name;

    public long AvailableHere => counter.AvailableHere;

    public long Available => counter.Available;

    public long Value
    {
        get
        {
            var audit = Audit;
            return Units.Saturate((Int128)counter.Floor + audit.Issued - audit.Sold - audit.Held);
        }
    }

    public EscrowAudit Audit => host.Audit(counter);

    public ReplicatedObjectKind Kind => ReplicatedObjectKind.BoundedCounter;

    public ObjectSize Measure() => new(1, 0, sizeof(long));

    public IEnumerable<ObjectEntry> Inspect() => [new(null, Value)];

    public bool TryTake(long amount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount);
        return counter.TryTake(amount);
    }

    public Task<bool> TakeAsync(long amount, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount);
        WaitTime.ThrowIfInvalid(deadline);
        cancellationToken.ThrowIfCancellationRequested();
        return counter.TryTake(amount) ? Task.FromResult(true) : WaitAsync(counter.WaitToTake(amount, isHold: false), isReturn: false, deadline, cancellationToken);
    }

    public async Task<bool> TakeAsync(long amount, WriteConcern concern, CancellationToken cancellationToken)
    {
        if (!await TakeAsync(amount, host.TimeoutOf(concern), cancellationToken).ConfigureAwait(false)) return false;
        await host.FlushAsync(concern, cancellationToken).ConfigureAwait(false);
        return true;
    }

    public bool Return(long amount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount);
        return counter.Return(amount);
    }

    public Task<bool> ReturnAsync(long amount, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount);
        WaitTime.ThrowIfInvalid(deadline);
        cancellationToken.ThrowIfCancellationRequested();
        if (counter.Return(amount)) return Task.FromResult(true);
        return !counter.HasCeiling ? Task.FromResult(false) : WaitAsync(counter.WaitToReturn(amount), isReturn: true, deadline, cancellationToken);
    }

    public Task GrantAsync(long amount, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount);
        cancellationToken.ThrowIfCancellationRequested();
        return host.GrantAsync(counter, amount, cancellationToken);
    }

    public IAsyncEnumerable<EscrowAudit> WatchAsync(CancellationToken cancellationToken) =>
        WatchLoop.FollowAsync(() => counter.Watchers.Add(1), () => Audit, cancellationToken);

    private async Task<bool> WaitAsync(EscrowWaiter waiter, bool isReturn, TimeSpan deadline, CancellationToken cancellationToken)
    {
        using var activity = ReplicaTracing.StartTransfer(Name);
        host.LookAtEscrow(counter);
        try
        {
            return await CancelableWait.ForAsync(waiter.Done.Task, WaitTime.Of(deadline), host.Time, host.Schedule, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return !counter.TryAbandon(waiter, isReturn) && await waiter.Done.Task.ConfigureAwait(false);
        }
        catch
        {
            // Granted at the last moment: the caller hears of it rather than losing it.
            if (counter.TryAbandon(waiter, isReturn)) throw;
            return await waiter.Done.Task.ConfigureAwait(false);
        }
    }

    public HoldId? TryHold(long amount, TimeSpan timeToLive)
    {
        CheckHold(amount, timeToLive);
        return counter.TryTakeToHold(amount) ? host.NoteHold(counter, amount, timeToLive) : null;
    }

    public async Task<HoldId?> HoldAsync(long amount, TimeSpan timeToLive, TimeSpan deadline, CancellationToken cancellationToken)
    {
        CheckHold(amount, timeToLive);
        WaitTime.ThrowIfInvalid(deadline);
        cancellationToken.ThrowIfCancellationRequested();
        if (TryHold(amount, timeToLive) is { } hold) return hold;
        if (!await WaitAsync(counter.WaitToTake(amount, isHold: true), isReturn: false, deadline, cancellationToken).ConfigureAwait(false)) return null;
        return host.NoteHold(counter, amount, timeToLive);
    }

    public Task<HoldOutcome> ConfirmAsync(HoldId hold, TimeSpan deadline, CancellationToken cancellationToken) =>
        AskAsync(hold, ReservationVerb.Confirm, deadline, cancellationToken);

    public Task<HoldOutcome> CancelAsync(HoldId hold, TimeSpan deadline, CancellationToken cancellationToken) =>
        AskAsync(hold, ReservationVerb.Cancel, deadline, cancellationToken);

    private static void CheckHold(long amount, TimeSpan timeToLive)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeToLive, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeToLive, TimeSpan.FromDays(7));
    }

    private async Task<HoldOutcome> AskAsync(HoldId hold, ReservationVerb verb, TimeSpan deadline, CancellationToken cancellationToken)
    {
        WaitTime.ThrowIfInvalid(deadline);
        cancellationToken.ThrowIfCancellationRequested();
        var key = HoldKey.Of(hold);

        // What this replica held itself it knows, as long as anybody does: nothing is to be waited for.
        if (hold.Holder == host.Id && host.State == ReplicaState.Running && host.AuthorityOf(counter, key) is null) return HoldOutcome.Unknown;
        var answer = await host.AskAsync(
            counter, counter.Reservations, key, verb, hold, TimeSpan.Zero, null, HoldOutcomes.Judge, deadline, cancellationToken).ConfigureAwait(false);
        if (answer is { } given) return (HoldOutcome)given.Outcome;
        return host.AuthorityOf(counter, key) is not { } authority ? HoldOutcome.Unknown : authority == host.Id ? HoldOutcome.NoMajority : HoldOutcome.HolderAway;
    }
}
