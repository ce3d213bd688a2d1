using Microsoft.Extensions.Logging;

namespace PeerReplica.AspNetCore.DataProtection;

/// <summary>
/// Lets one instance of the cluster generate a key at a time: a pool of one item, which one replica holds. A holder that ends without
/// releasing the item loses it after <see cref="s_timeToLive"/>.
/// </summary>
internal sealed class KeyLease(IPeerReplica replica, KeyStore store, ILogger<KeyLease> logger)
{
    public const string PoolName = "peerreplica.keys.lease";

    public const string Item = "generate";

    private static readonly TimeSpan s_timeToLive = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(25);

    /// <summary>
    /// Runs <paramref name="generate"/> unless <paramref name="find"/> finds what another instance generated meanwhile, and returns the one or the other.
    /// </summary>
    /// <remarks>
    /// Where the cluster cannot decide within the timeout (its majority is away, or the item's owner crashed), the reachable replica with the smallest id generates, and the
    /// others after another timeout. Two parts of a cluster that are cut off from each other may then generate a key each. That costs a key and nothing else: once the
    /// parts meet, every instance reads what either key protected.
    /// </remarks>
    public T Run<T>(Func<T?> find, Func<T> generate)
        where T : class
    {
        if (WaitForTurn(find, out var hold) is { } found) return found;
        try
        {
            // What the last holder generated is at this replica, or at one that is pulled from here, since storing a key waits for all members.
            if (hold is not null) Refresh();
            return find() ?? generate();
        }
        finally
        {
            if (hold is { } id) Release(id);
        }
    }

    private T? WaitForTurn<T>(Func<T?> find, out HoldId? hold)
        where T : class
    {
        var pool = replica.GetPool<string>(PoolName);
        var began = TimeProvider.System.GetTimestamp();
        var outcome = PoolOutcome.Unknown;
        hold = null;
        while (Elapsed(began) < PatienceOf(replica))
        {
            if (find() is { } found) return found;
            if (Elapsed(began) < store.Timeout)
            {
                var answer = Hold(pool);
                hold = answer.Id;
                if (hold is not null) return null;
                outcome = answer.Outcome;
            }

            Thread.Sleep(s_retry);
        }

        if (find() is { } late) return late;
        Log.KeyWithoutLease(logger, Elapsed(began), outcome);
        return null;
    }

    /// <summary>Twice the timeout where another replica that is reachable has a smaller id, and will generate first.</summary>
    private TimeSpan PatienceOf(IPeerReplica self) =>
        self.Peers.Any(p => p.State == PeerState.Up && p.Id < self.Self.Id) ? 2 * store.Timeout : store.Timeout;

    private PoolHold Hold(IPool<string> pool)
    {
        var answer = new PoolHold(PoolOutcome.NoMajority, null);
        KeyStore.Blocking(async () => answer = await pool.HoldAsync(Item, new() { TimeToLive = s_timeToLive, Timeout = store.Timeout }).ConfigureAwait(false));
        return answer;
    }

    private void Refresh()
    {
        try
        {
            KeyStore.Blocking(() => replica.RefreshAsync(ReadConcern.Majority.WithTimeout(store.Timeout)));
        }
        catch (ReadConcernException)
        {
            // A majority acknowledged the hold a moment ago; what it could not say since then, another key makes good.
        }
    }

    private void Release(HoldId hold)
    {
        try
        {
            KeyStore.Blocking(() => replica.GetPool<string>(PoolName).CancelAsync(hold, store.Timeout));
        }
        catch (PeerReplicaException e)
        {
            // It ends by itself.
            Log.LeaseNotReleased(logger, s_timeToLive, e);
        }
    }

    private static TimeSpan Elapsed(long began) => TimeProvider.System.GetElapsedTime(began);
}
