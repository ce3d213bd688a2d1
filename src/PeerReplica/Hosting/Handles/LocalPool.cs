using System.Diagnostics.CodeAnalysis;

namespace PeerReplica.Hosting.Handles;

/// <summary>Stands in for a pool where there is none yet: knows this process only.</summary>
internal sealed class LocalPool<T>(string name, IEnumerable<T> items, Func<ReplicaId> self, TimeProvider time) : IPool<T>
    where T : notnull
{
    private readonly Lock _gate = new();
    private readonly T[] _order = [.. items];
    private readonly Dictionary<T, (PoolItemState State, ulong Hold)> _items = items.ToDictionary(i => i, _ => (PoolItemState.Free, 0UL));
    private readonly Dictionary<ulong, (T Item, DateTimeOffset Until, HoldOutcome? End)> _holds = [];

    public string Name => name;

    public IReadOnlyList<PoolItem<T>> Items
    {
        get
        {
            lock (_gate)
            {
                Expire();
                return [.. _order.Select(i => new PoolItem<T>(i, _items[i].State, self()))];
            }
        }
    }

    public EscrowAudit Audit
    {
        get
        {
            var states = Items.ToLookup(i => i.State);
            return new(_order.Length, states[PoolItemState.Taken].Count(), states[PoolItemState.Held].Count(), states[PoolItemState.Free].Count(), 0, true);
        }
    }

    public PoolItemState GetState(T item)
    {
        lock (_gate)
        {
            Expire();
            return _items.TryGetValue(item, out var known) ? known.State : PoolItemState.Unknown;
        }
    }

    public bool TryTake(T item)
    {
        lock (_gate)
        {
            if (GetState(item) != PoolItemState.Free) return false;
            _items[item] = (PoolItemState.Taken, 0);
            return true;
        }
    }

    public bool TryTakeAny(Func<T, bool>? predicate, [MaybeNullWhen(false)] out T item)
    {
        foreach (var candidate in _order)
        {
            if (predicate?.Invoke(candidate) == false || !TryTake(candidate)) continue;
            item = candidate;
            return true;
        }

        item = default;
        return false;
    }

    public Task<PoolOutcome> TakeAsync(T item, TimeSpan deadline, CancellationToken cancellationToken)
    {
        lock (_gate) return Task.FromResult(TryTake(item) ? PoolOutcome.Done : Refusal(item));
    }

    public async Task<PoolHold> HoldAsync(T item, TimeSpan timeToLive, TimeSpan deadline, CancellationToken cancellationToken)
    {
        await Task.Delay(20, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (GetState(item) != PoolItemState.Free) return new(Refusal(item), null);
            var number = (ulong)_holds.Count + 1;
            _holds.Add(number, (item, time.GetUtcNow() + timeToLive, null));
            _items[item] = (PoolItemState.Held, number);
            return new(PoolOutcome.Done, new HoldId(self(), number));
        }
    }

    public Task<HoldOutcome> ConfirmAsync(HoldId hold, TimeSpan deadline, CancellationToken cancellationToken) =>
        Task.FromResult(End(hold, HoldOutcome.Confirmed, HoldOutcome.AlreadyConfirmed, PoolItemState.Taken));

    public Task<HoldOutcome> CancelAsync(HoldId hold, TimeSpan deadline, CancellationToken cancellationToken) =>
        Task.FromResult(End(hold, HoldOutcome.Cancelled, HoldOutcome.AlreadyCancelled, PoolItemState.Free));

    public Task<PoolOutcome> ReturnAsync(T item, TimeSpan deadline, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (GetState(item) != PoolItemState.Taken) return Task.FromResult(PoolOutcome.NotFree);
            _items[item] = (PoolItemState.Free, 0);
            return Task.FromResult(PoolOutcome.Done);
        }
    }

    public async IAsyncEnumerable<EscrowAudit> WatchAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            yield return Audit;
            await Task.Delay(100, cancellationToken).ConfigureAwait(false);
        }
    }

    private HoldOutcome End(HoldId hold, HoldOutcome end, HoldOutcome again, PoolItemState state)
    {
        lock (_gate)
        {
            Expire();
            if (!_holds.TryGetValue(hold.Number, out var known)) return HoldOutcome.Unknown;
            if (known.End is { } before) return before == end ? again : before;
            _holds[hold.Number] = known with { End = end };
            _items[known.Item] = (state, 0);
            return end;
        }
    }

    private PoolOutcome Refusal(T item) => GetState(item) switch
    {
        PoolItemState.Taken => PoolOutcome.NotFree,
        PoolItemState.Held => PoolOutcome.Held,
        PoolItemState.Stranded => PoolOutcome.OwnerAway,
        _ => PoolOutcome.Unknown,
    };

    private void Expire()
    {
        foreach (var (number, hold) in _holds.ToArray())
        {
            if (hold.End is not null || time.GetUtcNow() < hold.Until) continue;
            _holds[number] = hold with { End = HoldOutcome.Expired };
            _items[hold.Item] = (PoolItemState.Free, 0);
        }
    }
}
