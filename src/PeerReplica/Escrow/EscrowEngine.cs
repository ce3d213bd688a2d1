using PeerReplica.Causality;

namespace PeerReplica.Escrow;

/// <summary>
/// One replica's part in the escrow: its view, its part in the account consensus, its accounts. Deterministic: what it does follows from what it learned, the time
/// and whom it can reach. Loop only.
/// </summary>
internal sealed class EscrowEngine
{
    /// <summary>One thing leads to another within a step, but never to so many.</summary>
    private const int MaxRounds = 64;

    private readonly List<Account> _accounts = [];
    private readonly ReplicaId _self;
    private bool _isRetired;
    private readonly AccountConsensus _consensus;
    private ConsensusInputs _inputs = new();
    private int _witnessed;
    private ReplicaId _witnessedBootstrap;

    /// <param name="self">The replica.</param>
    /// <param name="checksVotes">Whether votes are checked: <see cref="EscrowView.ChecksVotes"/>.</param>
    public EscrowEngine(ReplicaId self, bool checksVotes = false)
    {
        _self = self;
        View = new EscrowView { Self = self, ChecksVotes = checksVotes };
        Ledger = new Ledger(View);
        _consensus = new AccountConsensus(View, self);
    }

    private EscrowEngine(EscrowEngine other, Func<EscrowPort, EscrowPort> copyOf)
    {
        (_self, _inputs, _isRetired, _witnessed, _witnessedBootstrap) = (other._self, other._inputs, other._isRetired, other._witnessed, other._witnessedBootstrap);
        View = other.View.Copy();
        Ledger = other.Ledger.Copy(View);
        _consensus = other._consensus.Copy(View);
        foreach (var account in other._accounts) _accounts.Add(account.Copy(copyOf(account.Port), View, Ledger));
    }

    public EscrowView View { get; }

    public Ledger Ledger { get; }

    public AccountConsensus AccountConsensus => _consensus;

    public IReadOnlyList<Account> Accounts => _accounts;

    /// <summary>Whether it takes part: it has an object of its own.</summary>
    public bool IsActive => _accounts.Count > 0;

    /// <summary>When the next hold is over that this replica decides about, or is removed.</summary>
    public Instant NextExpiry
    {
        get
        {
            var next = Instant.Never;
            foreach (var account in _accounts) next = Instant.Min(next, account.IsStopped ? Instant.Never : Instant.Min(account.Authority.NextExpiry, account.Collector.Next));
            return next;
        }
    }

    /// <summary>For how long a hold that has ended stays known.</summary>
    public TimeSpan HoldRetention { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Whether nothing of this replica's is left to hand over.</summary>
    public bool IsHandedOver => !IsActive || !View.IsFormed || !View.IsMember(_self);

    /// <summary>Whether a replica could take over what another leaves: a member that neither leaves itself nor has ended.</summary>
    public bool MayInherit(ReplicaId id) => View.IsMember(id) && !View.IsEnded(id) && View.ConsensusRecordOf(id) is { IsLeaving: false };

    /// <summary>Whether this replica's account was closed although it goes on: somebody took it for dead.</summary>
    public bool IsClosed => View.ClosingOf(_self) is not null;

    /// <summary>Whether a replica could be reached at the last step; this one always.</summary>
    public bool IsReachable(ReplicaId id) => id == _self || _inputs.Reachable.Contains(id);

    public bool IsLeaving => _consensus.Own.IsLeaving;

    /// <summary>Whether something waits for the account consensus that this replica could propose when its turn comes.</summary>
    public bool HasUnfinishedBusiness => IsActive && View.IsFormed && _consensus.HasUnfinishedBusiness(_inputs);

    /// <summary>A copy that goes its own way, over copies of the ports: whoever explores what may happen takes several ways from one state.</summary>
    public EscrowEngine Copy(Func<EscrowPort, EscrowPort> copyOf) => new(this, copyOf);

    public Account Open(EscrowPort port)
    {
        var account = new Account(port, _self, View, Ledger);
        _accounts.Add(account);
        return account;
    }

    /// <summary>Says who this is. Called once, before all else.</summary>
    public void Introduce(string nodeName, string address) => _consensus.UpdateOwn(r => r with { NodeName = nodeName, Address = address });

    /// <summary>Asks the account consensus to close an account.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="hasEnded">Whether its owner's process is known to be gone, so that its vote is not waited for.</param>
    public void AskToClose(ReplicaId account, bool hasEnded)
    {
        if (View.ConsensusRecordOf(account) is null) return;
        _consensus.UpdateOwn(r => r with { Closings = With(r.Closings, account), Ended = hasEnded ? With(r.Ended, account) : r.Ended });
    }

    /// <summary>No longer asks for it.</summary>
    public void WithdrawClosing(ReplicaId account) => _consensus.UpdateOwn(r => r with { Closings = [.. r.Closings.Where(c => c != account)] });

    /// <summary>Says that it has not heard of a replica for so long that its account should be closed, if a quorum says the same. Returns whether that is new.</summary>
    public bool GiveUp(ReplicaId account)
    {
        if (!View.Participants.Contains(account) || Array.IndexOf(_consensus.Own.GivenUp, account) >= 0) return false;
        _consensus.UpdateOwn(r => r with { GivenUp = With(r.GivenUp, account) });
        return true;
    }

    /// <summary>It was heard of again. Returns whether it had been given up.</summary>
    public bool TakeBack(ReplicaId account)
    {
        if (Array.IndexOf(_consensus.Own.GivenUp, account) < 0) return false;
        _consensus.UpdateOwn(r => r with { GivenUp = [.. r.GivenUp.Where(c => c != account)] });
        return true;
    }

    /// <summary>The last word: this replica does nothing any more, so that nobody need wait for its voice.</summary>
    public void Retire(IEscrowPublisher publisher)
    {
        if (!IsActive || _isRetired) return;
        _consensus.UpdateOwn(r => r with { Ended = With(r.Ended, _self) });
        publisher.Publish(_consensus.Own);
        _isRetired = true;
    }

    /// <summary>Stops spending, and asks the account consensus to pass on what is left.</summary>
    public void Leave() => _consensus.UpdateOwn(r => r with { IsLeaving = true });

    /// <summary>Does everything that is due, and publishes it.</summary>
    public void Tend(ConsensusInputs inputs, Instant now, IEscrowPublisher publisher)
    {
        if (!IsActive || _isRetired) return;
        _inputs = inputs;
        for (var round = 0; round < MaxRounds; round++)
        {
            var version = View.Version;
            RefreshRequests();
            Witness(publisher);
            if (_consensus.Step(inputs) | _consensus.IsUnpublished) Publish(publisher);
            foreach (var account in _accounts)
            {
                if (account.Tend(now, inputs.Reachable, IsLeaving, HoldRetention, publisher)) publisher.Publish(account);
            }

            if (View.Version != version) continue;
            foreach (var account in _accounts) account.Port.Changed();

            // What is asked may have changed with what was answered.
            if (!View.IsFormed || !_accounts.Exists(static a => a.HasUnpublishedReservations)) return;
        }
    }

    /// <summary>
    /// Where votes are checked: writes of each decision that this replica voted on that it was decided, before its record goes on to the next:
    /// what it accepted stands there no longer.
    /// </summary>
    private void Witness(IEscrowPublisher publisher)
    {
        if (!View.ChecksVotes || !View.IsFormed) return;
        if (_witnessedBootstrap != View.BootstrapId) (_witnessedBootstrap, _witnessed) = (View.BootstrapId, 1);
        for (; _witnessed < View.Decisions.Count; _witnessed++)
        {
            if (Array.IndexOf(View.Decisions[_witnessed - 1].Voters, _self) >= 0) publisher.Publish((ulong)_witnessed, View.Decisions[_witnessed]);
        }
    }

    private void Publish(IEscrowPublisher publisher)
    {
        var decided = _consensus.Decided;
        var slot = View.Slot;
        publisher.Publish(_consensus.Own);
        if (decided is not null) publisher.Publish(slot, decided);
    }

    /// <summary>What follows from the view for what this replica says: earlier runs of it have ended; objects that nobody granted initially are wished for.</summary>
    private void RefreshRequests()
    {
        // Once the cluster is formed a past run without an account and a vote matters to nobody: so what is said does not grow with each start.
        foreach (var id in View.IsFormed ? View.Participants : View.ConsensusRecords.Keys)
        {
            var isOurPast = id != _self && View.ConsensusRecordOf(id) is { } record && record.NodeName == _consensus.Own.NodeName && record.Address == _consensus.Own.Address;
            if (isOurPast && Array.IndexOf(_consensus.Own.Ended, id) < 0) _consensus.UpdateOwn(r => r with { Ended = With(r.Ended, id) });
        }

        View.IsBound |= _consensus.IsVoter;
        if (!View.IsFormed) return;
        foreach (var account in _accounts)
        {
            var wish = account.Port.InitialGrant;
            if (View.InitialGrantOf(wish.Object) is null && Array.IndexOf(_consensus.Own.InitialGrants, wish) < 0)
                _consensus.UpdateOwn(r => r with { InitialGrants = [.. r.InitialGrants, wish] });
        }
    }

    private static ReplicaId[] With(ReplicaId[] ids, ReplicaId id) => Array.IndexOf(ids, id) >= 0 ? ids : [.. ids, id];
}
