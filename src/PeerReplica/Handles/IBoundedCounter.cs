namespace PeerReplica;

/// <summary>
/// A counter that is never oversold: its value never leaves its bounds, in whatever state network and replicas are. Each replica holds rights to a part and spends them without
/// asking anyone; rights move to where they are wanted in the background (escrow: Balegas et al., "Extending Eventually Consistent Cloud Databases for
/// Enforcing Numeric Invariants", 2015). Thread-safe. Amounts are positive: anything else is an <see cref="ArgumentOutOfRangeException"/>.
/// </summary>
public interface IBoundedCounter : IReplicatedObject
{
    /// <summary>What <see cref="TryTake"/> can take here at this moment.</summary>
    long AvailableHere { get; }

    /// <summary>What this and all replicas that can be reached may still take, as far as it is known here.</summary>
    long Available { get; }

    /// <summary>The counter's value, as far as it is known here: what it began with and was granted, less what is taken or held.</summary>
    long Value { get; }

    /// <summary>Where all units are, as far as it is known here. Walks all accounts of the counter.</summary>
    EscrowAudit GetAudit();

    /// <summary>
    /// Takes if this replica has the rights now, and says whether it did. Costs what memory costs, and allocates nothing. Where it fails rights are asked for, so that the
    /// next may succeed. Before the start, and while stopping, there are none.
    /// </summary>
    bool TryTake(long amount = 1);

    /// <summary>
    /// Takes, waiting for rights from elsewhere if there are none here. <see langword="false"/>: none came in time, or nothing is left anywhere; then nothing was taken.
    /// </summary>
    /// <param name="amount">How much.</param>
    /// <param name="timeout">How long to wait at most, also for the start: 0 or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the waiting; then nothing was taken.</param>
    Task<bool> TakeAsync(long amount, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes, and returns when as many replicas as <paramref name="concern"/> asks for know of it: the take survives this replica.
    /// <see langword="false"/>: no rights came within the concern's timeout; then nothing was taken.
    /// </summary>
    /// <exception cref="WriteConcernException">It was taken, but too few confirmed in time. It stays taken here.</exception>
    Task<bool> TakeAsync(long amount, WriteConcern concern, CancellationToken cancellationToken = default);

    /// <summary>
    /// Gives back what was taken, here or elsewhere. <see langword="false"/>: this replica has no right to raise the value so far, by the ceiling; nothing changed. Without a ceiling
    /// it succeeds as long as what came back to this replica is at most 2^58 units more than was taken there.
    /// </summary>
    bool Return(long amount = 1);

    /// <summary>Gives back, waiting for the right to raise the value so far. <see langword="false"/>: it did not come in time; nothing changed.</summary>
    Task<bool> ReturnAsync(long amount, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reserves for a while, if this replica has the rights now: what is held is free again unless it is confirmed in time. <see langword="null"/>: it has not.
    /// </summary>
    /// <param name="amount">How much.</param>
    /// <param name="timeToLive">For how long: 1 ms to 7 days.</param>
    HoldId? TryHold(long amount, TimeSpan timeToLive);

    /// <summary>Reserves for a while, waiting for rights from elsewhere if there are none here. <see langword="null"/>: none came in time.</summary>
    /// <param name="amount">How much.</param>
    /// <param name="options">How long the hold lasts, and how long to wait for rights.</param>
    /// <param name="cancellationToken">Ends the waiting; then nothing is held.</param>
    Task<HoldId?> HoldAsync(long amount, HoldOptions options, CancellationToken cancellationToken = default);

    /// <summary>Takes what was held. At any instance, once or repeatedly: it has one effect, and says so.</summary>
    /// <param name="hold">The hold.</param>
    /// <param name="timeout">How long to wait at most for the replica that holds it, where that is another one.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    Task<HoldOutcome> ConfirmAsync(HoldId hold, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Gives up what was held. At any instance, once or repeatedly: it has one effect, and says so.</summary>
    /// <param name="hold">The hold.</param>
    /// <param name="timeout">How long to wait at most for the replica that holds it, where that is another one.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    Task<HoldOutcome> CancelAsync(HoldId hold, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Adds to what there is: the value, and the ceiling if there is one. Returns when a majority of the voters knows; from then on it can be taken.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The counter would have more than 2^56 units in all, or a value above <see cref="long.MaxValue"/>. Nothing was granted.</exception>
    /// <exception cref="PeerReplicaException">
    /// Too few answered within <see cref="PeerReplicaOptions.ConcernTimeout"/>: the grant stays, and counts once they have. Or the account of this replica is closed; the message says
    /// why and whether anything was granted.
    /// </exception>
    Task GrantAsync(long amount, CancellationToken cancellationToken = default);

    /// <summary>Every audit that differs from the one before, beginning with the present one; a slow reader gets the latest.</summary>
    IAsyncEnumerable<EscrowAudit> WatchAsync(CancellationToken cancellationToken = default) =>
        WatchAsync(WatchStart.Current, cancellationToken);

    /// <summary>As the other overload, and begins as <paramref name="start"/> says.</summary>
    IAsyncEnumerable<EscrowAudit> WatchAsync(WatchStart start, CancellationToken cancellationToken = default);
}
