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
            var audit = GetAudit();
            return Units.Saturate((Int128)counter.Floor + audit.Issued - audit.Sold - audit.Held);
        }
    }

    public EscrowAudit GetAudit() => host.Audit(counter);

    public ReplicatedObjectKind Kind => ReplicatedObjectKind.BoundedCounter;

    public ObjectSize Measure() => new(1, 0, sizeof(long));

    public IEnumerable<ObjectEntry> Inspect() => [new(null, Value)];

    public bool TryTake(long amount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount);
        return counter.TryTake(amount);
    }

    public Task<bool> TakeAsync(long amount, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount);
        WaitTime.ThrowIfInvalid(timeout);
        cancellationToken.ThrowIfCancellationRequested();
        return counter.TryTake(amount) ? Task.FromResult(true) : WaitAsync(counter.WaitToTake(amount, isHold: false), isReturn: false, timeout, cancellationToken);
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

    public Task<bool> ReturnAsync(long amount, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount);
        WaitTime.ThrowIfInvalid(timeout);
        cancellationToken.ThrowIfCancellationRequested();
        if (counter.Return(amount)) return Task.FromResult(true);
        return !counter.HasCeiling ? Task.FromResult(false) : WaitAsync(counter.WaitToReturn(amount), isReturn: true, timeout, cancellationToken);
    }

    public Task GrantAsync(long amount, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount);
        cancellationToken.ThrowIfCancellationRequested();
        return host.GrantAsync(counter, amount, cancellationToken);
    }

    public IAsyncEnumerable<EscrowAudit> WatchAsync(WatchStart start, CancellationToken cancellationToken) =>
        WatchLoop.FollowAsync(() => counter.Watchers.Add(1), GetAudit, start, cancellationToken);

    private async Task<bool> WaitAsync(RightsWaiter waiter, bool isReturn, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var activity = ReplicaTracing.StartTransfer(Name);
        host.LookAtEscrow(counter);
        try
        {
            return await CancelableWait.ForAsync(waiter.Done.Task, WaitTime.Of(timeout), host.Time, host.Schedule, cancellationToken).ConfigureAwait(false);
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
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount);
        HoldOptions.ThrowIfInvalidTimeToLive(timeToLive, nameof(timeToLive));
        return counter.TryTakeToHold(amount) ? host.NoteHold(counter, amount, timeToLive) : null;
    }

    public async Task<HoldId?> HoldAsync(long amount, HoldOptions options, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount);
        options.ThrowIfInvalid();
        cancellationToken.ThrowIfCancellationRequested();
        if (TryHold(amount, options.TimeToLive) is { } hold) return hold;
        if (!await WaitAsync(counter.WaitToTake(amount, isHold: true), isReturn: false, options.Timeout, cancellationToken).ConfigureAwait(false)) return null;
        return host.NoteHold(counter, amount, options.TimeToLive);
    }

    public Task<HoldOutcome> ConfirmAsync(HoldId hold, TimeSpan timeout, CancellationToken cancellationToken) =>
        AskAsync(hold, ReservationVerb.Confirm, timeout, cancellationToken);

    public Task<HoldOutcome> CancelAsync(HoldId hold, TimeSpan timeout, CancellationToken cancellationToken) =>
        AskAsync(hold, ReservationVerb.Cancel, timeout, cancellationToken);

    private async Task<HoldOutcome> AskAsync(HoldId hold, ReservationVerb verb, TimeSpan timeout, CancellationToken cancellationToken)
    {
        WaitTime.ThrowIfInvalid(timeout);
        cancellationToken.ThrowIfCancellationRequested();
        var key = HoldKey.Of(hold);

        // What this replica held itself it knows, as long as anybody does: nothing is to be waited for.
        if (hold.Holder == host.Id && host.State == ReplicaState.Running && host.AuthorityOf(counter, key) is null) return HoldOutcome.Unknown;
        var answer = await host.AskAsync(
            counter, counter.Reservations, key, verb, hold, TimeSpan.Zero, null, HoldOutcomes.Judge, timeout, cancellationToken).ConfigureAwait(false);
        if (answer is { } given) return (HoldOutcome)given.Outcome;
        return host.AuthorityOf(counter, key) is not { } authority ? HoldOutcome.Unknown : authority == host.Id ? HoldOutcome.NoMajority : HoldOutcome.HolderAway;
    }
}
