using PeerReplica.Diagnostics;
using PeerReplica.Escrow;
using PeerReplica.Hosting.LocalState;
using PeerReplica.Replication;

namespace PeerReplica.Hosting;

/// <summary>What the app asks of the escrow.</summary>
internal sealed partial class ReplicaHost
{
    /// <summary>For so long accounts may not add up: where one account's record is here and what it builds on is still on its way.</summary>
    private static readonly TimeSpan s_unbalanced = TimeSpan.FromSeconds(30);

    /// <summary>
    /// For so long more may seem to be taken than was granted: where a unit came back at one replica and was taken again at another, and only the second of the two records is here.
    /// </summary>
    private static readonly TimeSpan s_oversold = TimeSpan.FromSeconds(10);

    private readonly List<EscrowWish> _escrowWishes = [];
    private readonly HashSet<string> _oversoldReported = new(StringComparer.Ordinal);
    private readonly Dictionary<EscrowObject, Causality.Instant> _oversoldSince = [];
    private readonly Dictionary<EscrowObject, Causality.Instant> _unbalancedSince = [];
    private long _auditedAt;
    private bool _isClosedReported;
    private bool _isTwiceReported;

    private sealed record EscrowWish(Func<bool> IsFulfilled, TaskCompletionSource Done);

    public TimeProvider Time => _environment.Time;

    public TimeSpan TimeoutOf(WriteConcern concern) => concern.Timeout ?? _options.ConcernTimeout;

    /// <summary>Somebody waits: the escrow looks at once at what it can do.</summary>
    public void LookAtEscrow() => Locked(static (core, _) => core.EscrowIsDue(), drain: true);

    /// <summary>Somebody waits for rights. When the replica has ended meanwhile nobody else ends the waiting.</summary>
    public void LookAtEscrow(EscrowObject replicated)
    {
        LookAtEscrow();
        lock (_gate)
        {
            if (_state is ReplicaState.Stopped or ReplicaState.Faulted) replicated.Port.EndWaiting();
        }
    }

    /// <summary>Looks at what the loop owns, with who can be reached.</summary>
    public TResult Look<TResult>(Func<Func<ReplicaId, bool>, TResult> look)
    {
        lock (_gate) return look(IsPresent);
    }

    public EscrowAudit Audit(EscrowObject replicated)
    {
        lock (_gate)
        {
            Step(static (core, _) => core.EscrowIsDue(), drainAll: true);
            return replicated.Audit(IsPresent);
        }
    }

    /// <summary>The audits of all bounded counters and pools, by name.</summary>
    public IReadOnlyDictionary<string, EscrowAudit> Audits
    {
        get
        {
            lock (_gate)
            {
                return Registered.OfType<EscrowObject>().ToDictionary(o => o.Identity.Name, o => o.Audit(IsPresent), StringComparer.Ordinal);
            }
        }
    }

    /// <summary>Notes a hold of rights that were taken for it. Where none can be made any more, or not yet, the rights go back, and it is <see langword="null"/>.</summary>
    /// <exception cref="ReplicaNotRunningException">The replica has ended.</exception>
    public HoldId? NoteHold(BoundedCounterObject counter, long amount, TimeSpan timeToLive)
    {
        var hold = default(HoldId?);
        lock (_gate)
        {
            if (_state == ReplicaState.Running)
            {
                Step((core, now) =>
                {
                    hold = new HoldId(Id, counter.Account!.Authority.Hold(amount, timeToLive, now, core));
                    core.EscrowIsDue();
                }, urgent: true, drainAll: true);
            }

            if (hold is null) counter.Untake(amount);
            ThrowIfEnded();
        }

        return hold;
    }

    /// <summary>Who decides about a reservation; null when nothing is known here of it.</summary>
    public ReplicaId? AuthorityOf(EscrowObject replicated, byte[] key)
    {
        lock (_gate)
        {
            if (replicated.Account is not { } account || replicated.Port.FirstAuthority(key) is not { } first) return null;
            var book = account.Authority.Index;
            return book.Current(key, first, out _) is null ? null : book.AuthorityOf(first);
        }
    }

    /// <summary>Asks the authority over a reservation, and waits for the answer; null when none came in time.</summary>
    public async Task<(int Outcome, ulong Ticket)?> AskAsync(
        EscrowObject replicated, ReservationOperations operations, byte[] key, ReservationVerb verb, HoldId hold, TimeSpan timeToLive, ulong? seen, Func<ReservationRequest, ReservationRecord, bool, int?> judge, TimeSpan timeout, CancellationToken cancellationToken)
    {
        WaitTime.ThrowIfInvalid(timeout);
        var began = Now;
        if (!await UntilRunningAsync(timeout, cancellationToken).ConfigureAwait(false)) return null;
        timeout = WaitTime.Left(timeout, Now - began);
        ReservationOperation operation;
        lock (_gate)
        {
            ThrowUnlessRunning();
            var until = WaitTime.Of(timeout) == Timeout.InfiniteTimeSpan ? Causality.Instant.Never : Now + timeout;
            operation = operations.Add(key, verb, hold, timeToLive, seen ?? replicated.Account!.Authority.Index.VersionOf(key, replicated.Port), until, judge);
        }

        LookAtEscrow();
        try
        {
            return await CancelableWait.ForAsync(operation.Done.Task, WaitTime.Of(timeout), Time, _environment.Schedule, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            if (!operations.TryWithdraw(operation)) return await operation.Done.Task.ConfigureAwait(false);
            LookAtEscrow();
            return null;
        }
        catch
        {
            // Answered at the last moment: the caller hears of it rather than losing what was granted.
            if (!operations.TryWithdraw(operation)) return await operation.Done.Task.ConfigureAwait(false);
            LookAtEscrow();
            throw;
        }
    }

    public async Task GrantAsync(BoundedCounterObject counter, long amount, CancellationToken cancellationToken)
    {
        if (!await UntilRunningAsync(_options.ConcernTimeout, cancellationToken).ConfigureAwait(false)) throw NotRunning();
        lock (_gate)
        {
            ThrowIfAccountIsClosed(counter, "Nothing was granted");
            counter.Grant(amount);
        }

        await WishAsync(
            static (core, _) => core.EscrowIsDue(),
            () => counter.IsGrantEffective || counter.Account is { IsStopped: true },
            $"No majority of the voters has acknowledged the grant to '{counter.Identity.Name}' after {{0:0}} ms. It stays, and counts once they have: do not repeat it.",
            _options.ConcernTimeout,
            cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (!counter.IsGrantEffective) ThrowIfAccountIsClosed(counter, "What had not been acknowledged before is not granted");
        }
    }

    private void ThrowIfAccountIsClosed(BoundedCounterObject counter, string effect)
    {
        if (counter.Account is not { IsStopped: true }) return;
        var reason = _core!.Escrow.IsClosed && !_core.Escrow.IsLeaving
            ? "was closed: the others declared it dead, by ForgetAsync or after ForgetAfter without a sign of it. Restart this instance, or grant at another one"
            : "is being handed over, since the replica is stopping. Grant at another instance";
        throw new PeerReplicaException($"The account of this replica in '{counter.Identity.Name}' {reason}. {effect}.");
    }

    public async Task ForgetAsync(ReplicaId replica, bool hasEnded, CancellationToken cancellationToken)
    {
        if (replica == Id) throw new PeerReplicaException("A replica cannot be declared dead by itself. Stop its host instead: that hands over what it has.");
        if (!await UntilRunningAsync(_options.ConcernTimeout, cancellationToken).ConfigureAwait(false)) throw NotRunning();
        try
        {
            await WishAsync(
                (core, now) => core.Forget(replica, hasEnded, now),
                () => !_core!.Escrow.IsActive || _core.Escrow.View.ClosingOf(replica) is not null || !_core.Escrow.View.IsMember(replica),
                $"No majority of the voters has agreed to close the account of {replica.ToShortString()} after {{0:0}} ms: too few can be reached. The wish stays, and is carried out once they can. "
                    + "If the process of that replica has certainly ended, say so: ForgetAsync(replica, hasEnded: true).",
                _options.ConcernTimeout,
                cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Locked((core, _) => core.WithdrawForget(replica), drain: true);
            throw;
        }
    }

    /// <summary>Says so once when somebody took this replica for dead, or when what must be one is two.</summary>
    private void ReportEscrow(ReplicaCore core)
    {
        if (!core.Escrow.IsActive) return;
        if (core.Escrow.IsClosed && !core.Escrow.IsLeaving && !_isClosedReported)
        {
            _isClosedReported = true;
            Log.AccountClosed(_logger);
        }

        if (_oversoldSince.Count > 0) ReportOversold();
        if (_unbalancedSince.Count > 0) ReportUnbalanced(core);
        if (core.Escrow.View.Version == _auditedAt) return;
        _auditedAt = core.Escrow.View.Version;
        foreach (var escrow in Registered.OfType<EscrowObject>())
        {
            if (escrow.IsBalanced) _unbalancedSince.Remove(escrow);
            else _unbalancedSince.TryAdd(escrow, Now);
            if (escrow.Oversold == 0) _oversoldSince.Remove(escrow);
            else if (!_oversoldReported.Contains(escrow.Identity.Name)) _oversoldSince.TryAdd(escrow, Now);
        }

        if ((core.Escrow.View.IsFormedTwice || core.Escrow.View.IsContradicted) && !_isTwiceReported)
        {
            _isTwiceReported = true;
            Log.FormedTwice(_logger);
        }
    }

    /// <summary>Says so once for each object.</summary>
    private void ReportOversold()
    {
        foreach (var (escrow, since) in _oversoldSince)
        {
            if (Now < since + s_oversold || escrow.Oversold == 0) continue;
            _oversoldSince.Remove(escrow);
            _oversoldReported.Add(escrow.Identity.Name);
            Metrics.Oversold();
            Log.Oversold(_logger, escrow.Identity.Name, escrow.Oversold);
            _isHealthDue = true;
        }
    }

    /// <summary>Says so once for each time. While no majority can be reached what is missing may be with the others.</summary>
    private void ReportUnbalanced(ReplicaCore core)
    {
        var view = core.Escrow.View;
        var hasMajority = view.Voters.Count(v => v == Id || IsPresent(v)) > view.Voters.Length / 2;
        foreach (var (escrow, since) in _unbalancedSince.ToArray())
        {
            if (!hasMajority) _unbalancedSince[escrow] = Now;
            if (!hasMajority || since == Causality.Instant.Never || Now < since + s_unbalanced) continue;
            _unbalancedSince[escrow] = Causality.Instant.Never;
            Log.Unbalanced(_logger, escrow.Identity.Name, s_unbalanced.TotalSeconds, escrow.Audit(IsPresent).ToString());
        }
    }

    private async Task WishAsync(
        Action<ReplicaCore, Causality.Instant> ask, Func<bool> isFulfilled, string tooLate, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var wish = new EscrowWish(isFulfilled, new TaskCompletionSource());
        lock (_gate)
        {
            ThrowIfEnded();
            _escrowWishes.Add(wish);
            Step(ask, urgent: true, drainAll: true);
        }

        try
        {
            await CancelableWait.ForAsync(wish.Done.Task, WaitTime.Of(timeout), _environment.Time, _environment.Schedule, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new PeerReplicaException(string.Format(System.Globalization.CultureInfo.InvariantCulture, tooLate, timeout.TotalMilliseconds));
        }
        finally
        {
            lock (_gate) _escrowWishes.Remove(wish);
        }
    }

    private void SettleWishes()
    {
        for (var i = _escrowWishes.Count - 1; i >= 0; i--)
        {
            var wish = _escrowWishes[i];
            if (!wish.IsFulfilled()) continue;
            _escrowWishes.RemoveAt(i);
            Complete(wish.Done);
        }
    }
}
