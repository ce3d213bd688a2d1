namespace PeerReplica;

/// <summary>
/// A fixed set of distinct items (seats, serial numbers, slots) of which each is taken by one at most, in whatever state network and replicas are. Each item is owned by one replica at
/// a time, which alone decides about it; others ask the owner, which costs a round trip. What an owner decides counts once a majority of the voters knows it: it
/// survives the owner. Thread-safe. Items are equal when their encoded bytes are.
/// </summary>
/// <typeparam name="T">The items' type: a native type, or one that the serializer writes.</typeparam>
public interface IPool<T> : IReplicatedObject
    where T : notnull
{
    /// <summary>Every item with what is known here of it, in the order in which the items were registered. Items that can be changed are copies.</summary>
    IReadOnlyList<PoolItem<T>> GetItems();

    /// <summary>How many items are, as far as it is known here, taken, held, free, stranded.</summary>
    EscrowAudit GetAudit();

    /// <summary>What is known here of an item; <see cref="PoolItemState.Unknown"/> when it is none of the pool's.</summary>
    PoolItemState GetState(T item);

    /// <summary>Takes an item, asking its owner when it lives elsewhere.</summary>
    /// <param name="item">The item.</param>
    /// <param name="timeout">How long to wait at most.</param>
    /// <param name="cancellationToken">Ends the waiting and withdraws the request: if the item was taken after all, it becomes free again.</param>
    Task<PoolOutcome> TakeAsync(T item, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Takes any item that is free and meets <paramref name="predicate"/>, one that lives here if there is one.</summary>
    /// <param name="predicate">Which items will do; <see langword="null"/> stands for any.</param>
    /// <param name="timeout">How long to wait at most.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    Task<PoolTake<T>> TakeAnyAsync(Func<T, bool>? predicate, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Reserves an item for a while: it is free again unless it is confirmed in time. Asks its owner when it lives elsewhere.</summary>
    /// <param name="item">The item.</param>
    /// <param name="options">How long the hold lasts, and how long to wait for the owner.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    Task<PoolHold> HoldAsync(T item, HoldOptions options, CancellationToken cancellationToken = default);

    /// <summary>Takes what was held. At any instance, once or repeatedly: it has one effect, and says so.</summary>
    Task<HoldOutcome> ConfirmAsync(HoldId hold, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Gives up what was held. At any instance, once or repeatedly.</summary>
    Task<HoldOutcome> CancelAsync(HoldId hold, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Gives back an item that was taken. Asks its owner when it lives elsewhere.</summary>
    Task<PoolOutcome> ReturnAsync(T item, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Tells after each change that something changed, beginning at once; a slow reader is told once for many.</summary>
    IAsyncEnumerable<EscrowAudit> WatchAsync(CancellationToken cancellationToken = default) =>
        WatchAsync(WatchStart.Current, cancellationToken);

    /// <summary>As the other overload, and begins as <paramref name="start"/> says.</summary>
    IAsyncEnumerable<EscrowAudit> WatchAsync(WatchStart start, CancellationToken cancellationToken = default);
}
