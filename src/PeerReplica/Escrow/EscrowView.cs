namespace PeerReplica.Escrow;

/// <summary>
/// What one replica knows of the escrow: everybody's latest records, and the decisions in their order.
/// <list type="number">
/// <item>Of one replica the records are a prefix of what it wrote: whoever knows a later one knows what stood in the earlier ones.</item>
/// <item>Decisions are applied without gaps, of one bootstrap only.</item>
/// <item>What counts in one view counts in all later ones: acknowledgements and inflows only grow.</item>
/// </list>
/// </summary>
internal sealed class EscrowView
{
    private readonly SortedList<ReplicaId, ConsensusRecord> _consensus = [];
    private readonly SortedList<EscrowName, SortedList<ReplicaId, AccountRecord>> _accounts = [];
    private readonly Dictionary<(ReplicaId BootstrapId, ulong Slot), Decision> _known = [];
    private readonly List<Decision> _decisions = [];
    private readonly Dictionary<EscrowName, InitialGrant> _initialGrants = [];
    private readonly Dictionary<ReplicaId, ulong> _since = [];
    private readonly Dictionary<ReplicaId, ulong> _acked = [];
    private readonly Dictionary<ReplicaId, long> _ackedAt = [];
    private readonly Dictionary<EscrowName, ReservationIndex> _reservations = [];
    private readonly Dictionary<EscrowName, SortedSet<ReplicaId>> _open = [];
    private readonly Dictionary<EscrowName, SortedSet<ReplicaId>> _askers = [];
    private readonly HashSet<ReplicaId> _ended = [];
    private readonly SortedSet<ReplicaId> _participants = [];

    /// <summary>Of how many decisions, from the first, the cuts are contained.</summary>
    private int _contained;
    private readonly SortedSet<ReplicaId> _bootstraps = [];
    private DecisionEvidence _evidence = new();

    /// <summary>Whose view it is.</summary>
    public ReplicaId Self { get; init; }

    /// <summary>
    /// Whether votes are checked, since the transport tells voters apart: decisions need evidence, and quorums tolerate voters that lie. The
    /// same at all replicas of a cluster.
    /// </summary>
    public bool ChecksVotes { get; init; }

    /// <summary>How many of the voters may lie; with 0 each is believed.</summary>
    public int Liars => VoterQuorum.Liars(Voters.Length, ChecksVotes);

    /// <summary>Takes note of a replica that said what no honest one says.</summary>
    public Action<ReplicaId, string>? FoundLie { get; set; }

    public IReadOnlyDictionary<ReplicaId, ConsensusRecord> ConsensusRecords => _consensus;

    /// <summary>The objects that any replica has an account of, with their accounts.</summary>
    public IEnumerable<KeyValuePair<EscrowName, SortedList<ReplicaId, AccountRecord>>> Accounts => _accounts;

    /// <summary>The decisions of <see cref="BootstrapId"/> that are known without gaps; the next has this count as its number.</summary>
    public IReadOnlyList<Decision> Decisions => _decisions;

    public ulong Slot => (ulong)_decisions.Count;

    public bool IsFormed => _decisions.Count > 0;

    /// <summary>The forming that this view goes by: the first that it heard of.</summary>
    public ReplicaId BootstrapId { get; private set; }

    public ReplicaId[] Voters => IsFormed ? _decisions[^1].Voters : [];

    public Mark[] Cut => IsFormed ? _decisions[^1].Cut : [];

    /// <summary>Counts changes, so that whoever computes from a view knows when to compute again.</summary>
    public long Version { get; private set; }

    /// <summary>
    /// The replicas with an open account or a vote: members of the bootstrap, and voters whose records are not here. By id; closed accounts are not among them, so what is
    /// done for each does not grow with the age of the cluster.
    /// </summary>
    public IReadOnlySet<ReplicaId> Participants => _participants;

    /// <summary>Counts changes of <see cref="Participants"/>.</summary>
    public long ParticipantsVersion { get; private set; }

    /// <summary>The accounts that were closed.</summary>
    public ClosedAccounts Closed { get; private init; } = new();

    /// <summary>A copy that changes by itself; the records are shared.</summary>
    public EscrowView Copy()
    {
        var copy = new EscrowView { Self = Self, ChecksVotes = ChecksVotes, _evidence = _evidence.Copy(), BootstrapVoters = BootstrapVoters, BootstrapId = BootstrapId, IsBound = IsBound, VotedBootstrapId = VotedBootstrapId, IsContradicted = IsContradicted, Version = Version, Closed = Closed.Copy() };
        foreach (var (id, record) in _consensus) copy._consensus.Add(id, record);
        foreach (var (name, accounts) in _accounts) copy._accounts.Add(name, new(accounts));
        foreach (var (key, decision) in _known) copy._known.Add(key, decision);
        copy._decisions.AddRange(_decisions);
        foreach (var (name, initialGrant) in _initialGrants) copy._initialGrants.Add(name, initialGrant);
        foreach (var (id, since) in _since) copy._since.Add(id, since);
        foreach (var (id, acked) in _acked) copy._acked.Add(id, acked);
        foreach (var (name, open) in _open) copy._open.Add(name, [.. open]);
        foreach (var (name, askers) in _askers) copy._askers.Add(name, [.. askers]);
        copy._ended.UnionWith(_ended);
        copy._participants.UnionWith(_participants);
        copy._bootstraps.UnionWith(_bootstraps);
        return copy;
    }

    public void Learn(ReplicaId origin, ConsensusRecord record)
    {
        _consensus[origin] = record;
        LearnEnds(origin, record);
        Version++;
        if (IsMember(origin)) Include(origin);
        else Exclude(origin);
        Witness(origin);
        if (ChecksVotes && ApplyKnown()) RefreshParticipants();
    }

    private void Include(ReplicaId id)
    {
        if (_participants.Add(id)) ParticipantsVersion++;
    }

    private void Exclude(ReplicaId id)
    {
        if (Array.IndexOf(Voters, id) < 0 && _participants.Remove(id)) ParticipantsVersion++;
    }

    /// <summary>Computed anew after a decision, of which there are few.</summary>
    private void RefreshParticipants()
    {
        _participants.Clear();
        foreach (var id in _consensus.Keys)
        {
            if (IsMember(id)) _participants.Add(id);
        }

        foreach (var voter in Voters)
        {
            if (!Closed.Contains(voter)) _participants.Add(voter);
        }

        ParticipantsVersion++;
    }

    public void Learn(ReplicaId origin, EscrowName name, AccountRecord record)
    {
        if (!_accounts.TryGetValue(name, out var accounts)) _accounts.Add(name, accounts = []);
        accounts[origin] = record;
        if (Closed.Contains(origin)) Closed.Touch();
        else OpenOf(name).Add(origin);
        NoteAsker(origin, name, record.Requests.Length > 0 || record.Withdrawals.Length > 0);
        if (record.Since > SinceOf(origin)) _since[origin] = record.Since;
        Version++;
        Witness(origin);
    }

    private void NoteAsker(ReplicaId origin, EscrowName name, bool asks)
    {
        if (!_askers.TryGetValue(name, out var askers) && asks) _askers.Add(name, askers = []);
        if (asks) askers!.Add(origin);
        else askers?.Remove(origin);
    }

    /// <summary>The replicas whose account records ask something about reservations of an object, or withdraw it. By id; others, however many there ever were, are not among them.</summary>
    public IReadOnlyCollection<ReplicaId> AskersOf(EscrowName name) => _askers.TryGetValue(name, out var askers) ? askers : [];

    /// <summary>Takes what is known of a reservation now.</summary>
    public void Learn(EscrowName name, byte[] key, Reservation[] live)
    {
        foreach (var reservation in live)
        {
            if (reservation.Sequence > SinceOf(reservation.Origin)) _since[reservation.Origin] = reservation.Sequence;
        }

        Version++;
        ReservationsOf(name).Learn(key, live);
    }

    /// <summary>The reservations of one object.</summary>
    public ReservationIndex ReservationsOf(EscrowName name)
    {
        if (!_reservations.TryGetValue(name, out var book)) _reservations.Add(name, book = new ReservationIndex(this));
        return book;
    }

    /// <summary>Up to where a closed account's owner had a say.</summary>
    public ulong CutOf(ReplicaId closed) => Closed.CutOf(closed);

    /// <summary>Takes a decision. Returns false when it contradicts one that is known, which only a broken promise can bring about.</summary>
    /// <param name="slot">Its number.</param>
    /// <param name="decision">The decision.</param>
    /// <param name="origin">Who wrote it, which matters where votes are checked.</param>
    public bool Learn(ulong slot, Decision decision, ReplicaId origin = default)
    {
        if (ChecksVotes && !IsHeard(slot, decision, origin)) return !IsContradicted;
        Version++;
        _bootstraps.Add(decision.BootstrapId);
        if (!_known.TryAdd((decision.BootstrapId, slot), decision))
        {
            if (!ChecksVotes && !Same(_known[(decision.BootstrapId, slot)], decision))
            {
                IsContradicted = true;
                return false;
            }

            if (!ChecksVotes) return true;
        }

        if (slot == 0 && !IsFormed) BootstrapId = decision.BootstrapId;
        if (!IsBound && (decision.BootstrapId == VotedBootstrapId || (Length(decision.BootstrapId) > Slot && BootstrapId != VotedBootstrapId))) Follow(decision.BootstrapId);
        ApplyKnown();
        RefreshParticipants();
        return true;
    }

    /// <summary>
    /// Where votes are checked: takes a decision as its writer's word. Returns false for what is of no use: a first decision that says more than who
    /// votes, or other than those who voted themselves agreed on, and what differs from what was applied.
    /// </summary>
    private bool IsHeard(ulong slot, Decision decision, ReplicaId origin)
    {
        if (slot == 0)
        {
            var isForming = decision is { Cut: [], InitialGrants: [], Closings: [] };
            if (decision.BootstrapId == VotedBootstrapId) isForming &= decision.Voters.AsSpan().SequenceEqual(BootstrapVoters);
            return isForming && (!_known.TryGetValue((decision.BootstrapId, 0), out var first) || DecisionDigest.Same(first, decision));
        }

        _evidence.Note(slot, decision, origin);
        if (decision.BootstrapId != BootstrapId || slot >= Slot || DecisionDigest.Same(_decisions[(int)slot], decision)) return true;
        if (_evidence.IsShown(this, _decisions[(int)slot - 1].Voters, slot, decision)) IsContradicted = true;
        else FoundLie?.Invoke(origin, $"it says of decision {slot} what was not decided");
        return false;
    }

    /// <summary>What a replica says that was decided under this bootstrap; null when it says nothing.</summary>
    public Decision? SaidBy(ulong slot, ReplicaId origin) => _evidence.SaidBy(BootstrapId, slot, origin);

    private bool ApplyKnown()
    {
        var before = _decisions.Count;
        while (Next() is { } next) Apply(next);
        return _decisions.Count > before;
    }

    private Decision? Next() => ChecksVotes && Slot > 0 ? _evidence.Next(this) : _known.GetValueOrDefault((BootstrapId, Slot));

    /// <summary>The voters of the bootstrap that this replica has bound itself to.</summary>
    public ReplicaId[] BootstrapVoters { get; set; } = [];

    /// <summary>The forming that this replica has bound itself to; it goes by no other as long as it can come about.</summary>
    public ReplicaId VotedBootstrapId { get; set; }

    /// <summary>Whether two decisions with one number are known: a promise was broken, by a false word of an operator or of a peer. Then nothing more is decided or acknowledged.</summary>
    public bool IsContradicted { get; private set; }

    /// <summary>Whether this replica has acted under its bootstrap, and so cannot go over to another.</summary>
    public bool IsBound { get; set; }

    /// <summary>Whether something was decided under more than one bootstrap: the cluster was formed twice, and may have granted twice.</summary>
    public bool IsFormedTwice
    {
        get
        {
            // Nearly always, and asked at every step.
            if (_bootstraps.Count < 2) return false;
            var effective = 0;
            foreach (var bootstrapId in _bootstraps)
            {
                if (Length(bootstrapId) > 1) effective++;
            }

            return effective > 1;
        }
    }

    public ConsensusRecord? ConsensusRecordOf(ReplicaId id) => _consensus.GetValueOrDefault(id);

    public AccountRecord AccountOf(EscrowName name, ReplicaId id) =>
        _accounts.TryGetValue(name, out var accounts) && accounts.TryGetValue(id, out var record) ? record : AccountRecord.Empty;

    /// <summary>Up to where the owner's records with something to acknowledge are contained here.</summary>
    public ulong SinceOf(ReplicaId account) => _since.GetValueOrDefault(account);

    public Closing? ClosingOf(ReplicaId account) => Closed.Find(account);

    public InitialGrant? InitialGrantOf(EscrowName name) => _initialGrants.GetValueOrDefault(name);

    /// <summary>An account's share of the first grant of an object's rights.</summary>
    public long InitialGrantFor(EscrowName name, ReplicaId account, bool up)
    {
        if (InitialGrantOf(name) is not { } initialGrant) return 0;
        var sum = 0L;
        foreach (var share in initialGrant.Shares)
        {
            if (share.Account == account) sum = Units.Add(sum, up ? share.Up : share.Down);
        }

        return sum;
    }

    /// <summary>
    /// Whether an account belongs to another bootstrap: what it took was taken beyond what was granted here, and what it granted or
    /// gave is not worth anything here. An owner that acted under one bootstrap never goes over to another, so what it gave stays
    /// worth nothing.
    /// </summary>
    public bool IsForeign(ReplicaId account) =>
        ConsensusRecordOf(account) is { } record && record.BootstrapId != default && record.BootstrapId != BootstrapId && !Closed.Contains(account);

    public bool IsEnded(ReplicaId id) => _ended.Contains(id);

    /// <summary>
    /// Whether one replica's word that another has ended counts now; null: whoever says so is believed. A replica's last word about
    /// itself always counts.
    /// </summary>
    public Func<ReplicaId, ReplicaId, bool>? AdmitsEnd { get; set; }

    /// <summary>Whether a replica is said to have ended by one whose word about it does not count yet.</summary>
    public bool HasDoubtedEnds { get; private set; }

    /// <summary>Looks again at what did not count. Returns whether some of it counts now.</summary>
    public bool ReconsiderEnds()
    {
        if (!HasDoubtedEnds) return false;
        HasDoubtedEnds = false;
        var before = _ended.Count;
        foreach (var (origin, record) in _consensus) LearnEnds(origin, record);
        if (_ended.Count == before) return false;
        Version++;
        return true;
    }

    private void LearnEnds(ReplicaId origin, ConsensusRecord record)
    {
        foreach (var ended in record.Ended)
        {
            if (ended == origin || AdmitsEnd is null || (AdmitsEnd(origin, ended) && IsBackedUp(origin, ended))) _ended.Add(ended);
            else HasDoubtedEnds |= !_ended.Contains(ended);
        }
    }

    /// <summary>Where votes are checked: whether a later run of the replica itself, or more voters than may lie, say that it has ended.</summary>
    private bool IsBackedUp(ReplicaId origin, ReplicaId ended)
    {
        if (Liars == 0 || origin == Self || IsLaterRun is null || IsLaterRun(origin, ended)) return true;
        var count = 0;
        foreach (var voter in Voters)
        {
            if (ConsensusRecordOf(voter) is { } said && Array.IndexOf(said.Ended, ended) >= 0) count++;
        }

        return count > Liars;
    }

    /// <summary>Whether one replica runs under the same authenticated identity as another.</summary>
    public Func<ReplicaId, ReplicaId, bool>? IsLaterRun { get; set; }

    public bool IsMember(ReplicaId id) => IsFormed && ConsensusRecordOf(id)?.BootstrapId == BootstrapId && !Closed.Contains(id);

    /// <summary>Whether all participants have applied a decision, as far as their records here say.</summary>
    public bool IsKnownToAll(ulong slot)
    {
        foreach (var id in _participants)
        {
            if (ConsensusRecordOf(id) is not { } record || record.BootstrapId != BootstrapId || record.Slot <= slot) return false;
        }

        return true;
    }

    /// <summary>The accounts of one object; null when nobody has one.</summary>
    public SortedList<ReplicaId, AccountRecord>? AccountsOf(EscrowName name) => _accounts.GetValueOrDefault(name);

    /// <summary>
    /// The replicas with an account record of an object that is not closed, those of another forming among them. By id; so what
    /// is done for each does not grow with the age of the cluster.
    /// </summary>
    public IReadOnlySet<ReplicaId> OpenAccountsOf(EscrowName name) => OpenOf(name);

    private SortedSet<ReplicaId> OpenOf(EscrowName name)
    {
        if (!_open.TryGetValue(name, out var open)) _open.Add(name, open = []);
        return open;
    }

    /// <summary>
    /// How many voters must agree (<see cref="VoterQuorum"/>): a quorum, or all that have not ended where fewer are left. Zero when nothing can
    /// be decided any more.
    /// </summary>
    public int Quorum()
    {
        if (IsContradicted) return 0;
        var ended = 0;
        foreach (var voter in Voters)
        {
            if (IsEnded(voter)) ended++;
        }

        return VoterQuorum.OfLeft(Voters.Length, ended, ChecksVotes);
    }

    /// <summary>Up to where a quorum has acknowledged an account's records. It only grows.</summary>
    public ulong AckedOf(ReplicaId account)
    {
        var known = _acked.GetValueOrDefault(account);
        if (Closed.Contains(account) || !IsFormed || _ackedAt.GetValueOrDefault(account) == Version) return known;
        _ackedAt[account] = Version;
        if (IsContradicted) return known;

        // A quorum of all, ended or not: decisions may be made by fewer, and must meet one of these.
        var quorum = VoterQuorum.Of(Voters.Length, ChecksVotes);
        Span<ulong> acks = stackalloc ulong[64];
        var count = 0;
        foreach (var voter in Voters)
        {
            // A voter that is ahead may acknowledge for later voters: its word counts once their decision is known here.
            if (ConsensusRecordOf(voter) is not { } record || record.BootstrapId != BootstrapId || record.Slot > Slot) continue;
            if (count < acks.Length) acks[count++] = record.AckOf(account);
        }

        if (count < quorum) return known;
        acks[..count].Sort();
        var acked = Math.Max(known, acks[count - quorum]);
        _acked[account] = acked;
        return acked;
    }

    /// <summary>Whether everything is here that must be before a voter takes part in what comes next.</summary>
    public bool ContainsCut() => Contains(Cut);

    /// <summary>
    /// Whether everything is here that any decision's cut covers: what a closed account's owner decided while it had a say, and whatever else was acknowledged until then.
    /// </summary>
    public bool ContainsCuts()
    {
        while (_contained < _decisions.Count && Contains(_decisions[_contained].Cut)) _contained++;
        return _contained == _decisions.Count;
    }

    /// <summary>Up to where everything of a replica's is contained here, where that is known: what was superseded since is contained too, and seen nowhere.</summary>
    public Func<ReplicaId, ulong>? Contained { get; set; }

    public bool Contains(Mark mark) => SinceOf(mark.Replica) >= mark.Sequence || (Contained is not null && Contained(mark.Replica) >= mark.Sequence);

    public bool Contains(Mark[] cut)
    {
        foreach (var mark in cut)
        {
            if (!Contains(mark)) return false;
        }

        return true;
    }

    private ulong Length(ReplicaId bootstrapId)
    {
        var length = 0UL;
        while (_known.ContainsKey((bootstrapId, length))) length++;
        return length;
    }

    /// <summary>Goes over to a bootstrap in which more was decided: the one gone by so far came to nothing.</summary>
    private void Follow(ReplicaId bootstrapId)
    {
        if (bootstrapId == BootstrapId) return;
        BootstrapId = bootstrapId;
        _decisions.Clear();
        _contained = 0;
        Closed.Clear();
        _initialGrants.Clear();
        _acked.Clear();
        foreach (var (name, accounts) in _accounts) OpenOf(name).UnionWith(accounts.Keys);
    }

    private void Apply(Decision decision)
    {
        foreach (var mark in decision.Cut)
        {
            if (!Closed.Contains(mark.Replica)) _acked[mark.Replica] = Math.Max(_acked.GetValueOrDefault(mark.Replica), mark.Sequence);
        }

        foreach (var closing in decision.Closings)
        {
            // What a successor that is no more would get would be lost.
            if (Closed.Contains(closing.Successor) || decision.Closings.Any(c => c.Account == closing.Successor)) continue;
            Closed.Add(closing, Mark.Find(decision.Cut, closing.Account), Slot);
            foreach (var open in _open.Values) open.Remove(closing.Account);
        }

        foreach (var initialGrant in decision.InitialGrants) _initialGrants.TryAdd(initialGrant.Object, initialGrant);
        Closed.Touch();
        _decisions.Add(decision);
    }

    private static bool Same(Decision a, Decision b) => EscrowCodec.Encode(a).Written.SequenceEqual(EscrowCodec.Encode(b).Written);

    /// <summary>Acknowledgements are looked at whenever something was learned, so that none that once counted is overlooked.</summary>
    private void Witness(ReplicaId origin)
    {
        if (!IsFormed) return;
        if (ConsensusRecordOf(origin) is { } record)
        {
            foreach (var ack in record.Acks) AckedOf(ack.Replica);
        }
    }
}
