using PeerReplica.Diagnostics;
using PeerReplica.Escrow;
using PeerReplica.Hosting.Codecs;
using PeerReplica.Hosting.LocalState;
using PeerReplica.Wire;

namespace PeerReplica.Hosting.Handles;

internal sealed class Pool<T>(ReplicaHost host, PoolObject<T> pool, ValueCodec<T> codec) : IPool<T>, IInspectable
    where T : notnull
{
    public string Name => pool.Identity.Name;

    public IReadOnlyList<PoolItem<T>> GetItems()
    {
        var states = host.Look(isPresent =>
        {
            var states = new (PoolItemState State, ReplicaId Owner)[pool.Count];
            for (var i = 0; i < states.Length; i++) states[i] = (pool.StateOf(i, isPresent, out var owner), owner);
            return states;
        });

        // Not under the gate: reading an item may run the app's serializer.
        var items = new PoolItem<T>[states.Length];
        for (var i = 0; i < items.Length; i++) items[i] = new(ItemAt(i), states[i].State, states[i].Owner);
        return items;
    }

    public EscrowAudit GetAudit() => host.Audit(pool);

    public ReplicatedObjectKind Kind => ReplicatedObjectKind.Pool;

    public ObjectSize Measure() => new(pool.Count, 0, Enumerable.Range(0, pool.Count).Sum(i => (long)pool.KeyAt(i).Length));

    public IEnumerable<ObjectEntry> Inspect() => GetItems().Select(i => new ObjectEntry(i.Item, i.State));

    public PoolItemState GetState(T item)
    {
        var index = IndexOf(item);
        return index < 0 ? PoolItemState.Unknown : host.Look(isPresent => pool.StateOf(index, isPresent, out _));
    }

    public async Task<PoolOutcome> TakeAsync(T item, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(item, ReservationVerb.Take, TimeSpan.Zero, timeout, cancellationToken).ConfigureAwait(false);
        return answer.Outcome;
    }

    public async Task<PoolTake<T>> TakeAnyAsync(Func<T, bool>? predicate, TimeSpan timeout, CancellationToken cancellationToken)
    {
        WaitTime.ThrowIfInvalid(timeout);
        var began = host.Now;
        var outcome = PoolOutcome.NotFree;
        if (!await host.UntilRunningAsync(timeout, cancellationToken).ConfigureAwait(false)) return new(PoolOutcome.NoMajority, default);

        // Those that live here first, since they cost no round trip.
        foreach (var (item, _, _) in GetItems().Where(i => i.State == PoolItemState.Free && (predicate is null || predicate(i.Item))).OrderBy(i => i.Owner == host.Id ? 0 : 1))
        {
            var left = WaitTime.Left(timeout, host.Now - began);
            if (left == TimeSpan.Zero) break;
            outcome = await TakeAsync(item, left, cancellationToken).ConfigureAwait(false);
            if (outcome == PoolOutcome.Done) return new(outcome, item);
        }

        return new(outcome, default);
    }

    public async Task<PoolHold> HoldAsync(T item, HoldOptions options, CancellationToken cancellationToken)
    {
        options.ThrowIfInvalid();
        var (outcome, ticket) = await AskAsync(item, ReservationVerb.Hold, options.TimeToLive, options.Timeout, cancellationToken).ConfigureAwait(false);
        return new(outcome, outcome == PoolOutcome.Done ? new HoldId(host.Id, ticket) : null);
    }

    public Task<HoldOutcome> ConfirmAsync(HoldId hold, TimeSpan timeout, CancellationToken cancellationToken) =>
        EndAsync(hold, ReservationVerb.Confirm, timeout, cancellationToken);

    public Task<HoldOutcome> CancelAsync(HoldId hold, TimeSpan timeout, CancellationToken cancellationToken) =>
        EndAsync(hold, ReservationVerb.Cancel, timeout, cancellationToken);

    public async Task<PoolOutcome> ReturnAsync(T item, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var index = IndexOf(item);
        WaitTime.ThrowIfInvalid(timeout);
        var began = host.Now;
        if (!await host.UntilRunningAsync(timeout, cancellationToken).ConfigureAwait(false)) return PoolOutcome.NoMajority;
        if (index < 0) return PoolOutcome.Unknown;
        if (host.Look(_ => pool.TakenVersion(index)) is not (> 0 and var taken)) return PoolOutcome.NotFree;
        var answer = await AskAsync(item, ReservationVerb.Return, TimeSpan.Zero, WaitTime.Left(timeout, host.Now - began), cancellationToken, taken).ConfigureAwait(false);
        return answer.Outcome;
    }

    public IAsyncEnumerable<EscrowAudit> WatchAsync(WatchStart start, CancellationToken cancellationToken) =>
        WatchLoop.FollowAsync(() => pool.Watchers.Add(1), GetAudit, start, cancellationToken);

    /// <summary>An item for the app: a copy if it can be changed, so that nobody changes the pool's own.</summary>
    private T ItemAt(int index) =>
        !TypeState.IsImmutable(pool.ItemAt(index).GetType()) && codec.TryDecode(pool.KeyAt(index), out var copy) ? copy : pool.ItemAt(index);

    private int IndexOf(T item)
    {
        ArgumentNullException.ThrowIfNull(item);
        var key = new FrameBuffer();
        codec.Encode(item, key);
        return pool.IndexOf(key.Written.ToArray());
    }

    private async Task<(PoolOutcome Outcome, ulong Ticket)> AskAsync(T item, ReservationVerb verb, TimeSpan timeToLive, TimeSpan timeout, CancellationToken cancellationToken, ulong? seen = null)
    {
        var index = IndexOf(item);
        WaitTime.ThrowIfInvalid(timeout);
        var began = host.Now;
        if (!await host.UntilRunningAsync(timeout, cancellationToken).ConfigureAwait(false)) return (PoolOutcome.NoMajority, 0);
        if (index < 0) return (PoolOutcome.Unknown, 0);
        using var activity = IsOwnerElsewhere(index) ? ReplicaTracing.StartTransfer(Name) : default;
        var answer = await host.AskAsync(
            pool, pool.Reservations, pool.KeyAt(index), verb, default, timeToLive, seen, Judge, WaitTime.Left(timeout, host.Now - began), cancellationToken).ConfigureAwait(false);
        if (answer is { } given) return ((PoolOutcome)given.Outcome, given.Ticket);
        return (IsOwnerElsewhere(index) ? PoolOutcome.OwnerAway : PoolOutcome.NoMajority, 0);
    }

    /// <summary>Whether another replica decides about an item. Before the first grant nobody does: it needs a majority.</summary>
    private bool IsOwnerElsewhere(int index) => host.Look(isPresent =>
    {
        pool.StateOf(index, isPresent, out var owner);
        return owner != default && owner != host.Id;
    });

    private static int? Judge(ReservationRequest request, ReservationRecord record, bool isMine)
    {
        if (isMine) return (int)PoolOutcome.Done;

        // What was to be given back somebody else gave back; if it was taken again since that is not what was asked.
        if (request.Verb == ReservationVerb.Return) return record.Version == request.Seen ? null : (int)PoolOutcome.NotFree;
        return (int?)(record.State switch
        {
            ReservationState.Taken => PoolOutcome.NotFree,
            ReservationState.Held => PoolOutcome.Held,
            _ => (PoolOutcome?)null,
        });
    }

    private async Task<HoldOutcome> EndAsync(HoldId hold, ReservationVerb verb, TimeSpan timeout, CancellationToken cancellationToken)
    {
        WaitTime.ThrowIfInvalid(timeout);
        var began = host.Now;
        if (!await host.UntilRunningAsync(timeout, cancellationToken).ConfigureAwait(false)) return HoldOutcome.NoMajority;
        var index = host.Look(_ => pool.Find(hold));
        if (index < 0) return HoldOutcome.Unknown;
        var answer = await host.AskAsync(
            pool, pool.Reservations, pool.KeyAt(index), verb, hold, TimeSpan.Zero, null, JudgeEnd, WaitTime.Left(timeout, host.Now - began), cancellationToken).ConfigureAwait(false);
        if (answer is { } given) return (HoldOutcome)given.Outcome;
        return IsOwnerElsewhere(index) ? HoldOutcome.HolderAway : HoldOutcome.NoMajority;
    }

    private static int? JudgeEnd(ReservationRequest request, ReservationRecord record, bool isMine)
    {
        if (isMine) return (int)(request.Verb == ReservationVerb.Confirm ? HoldOutcome.Confirmed : HoldOutcome.Canceled);
        if (record.Number != request.Number || record.Holder != request.Holder) return (int)HoldOutcome.Expired;
        return (int?)(record.State switch
        {
            ReservationState.Taken => HoldOutcome.AlreadyConfirmed,
            ReservationState.Free => record.Ticket == 0 ? HoldOutcome.Expired : HoldOutcome.AlreadyCanceled,
            _ => (HoldOutcome?)null,
        });
    }
}
