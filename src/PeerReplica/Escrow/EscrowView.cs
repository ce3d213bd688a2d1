namespace PeerReplica.Escrow;

/// <summary>
/// What one replica knows of the escrow: everybody's latest records, and the decisions in their order.
/// <list type="number">
/// <item>Of one replica the records are a prefix of what it wrote: whoever knows a later one knows what stood in the earlier ones.</item>
/// <item>Decisions are applied without gaps, of one forming only.</item>
/// <item>What counts in one view counts in all later ones: acknowledgements and inflows only grow.</item>
/// </list>
/// </summary>
internal sealed class EscrowView
{
    private readonly SortedList<ReplicaId, CouncilRecord> _council = [];
    private readonly SortedList<EscrowName, SortedList<ReplicaId, AccountRecord>> _accounts = [];
    private readonly Dictionary<(ReplicaId Formation, ulong Slot), Decision> _known = [];
    private readonly List<Decision> _decisions = [];
    private readonly Dictionary<EscrowName, Mint> _minted = [];
    private readonly Dictionary<ReplicaId, ulong> _since = [];
    private readonly Dictionary<ReplicaId, ulong> _acked = [];
    private readonly Dictionary<ReplicaId, long> _ackedAt = [];
    private readonly Dictionary<EscrowName, ClaimBook> _claims = [];
    private readonly Dictionary<EscrowName, SortedSet<ReplicaId>> _open = [];
    private readonly Dictionary<EscrowName, SortedSet<ReplicaId>> _askers = [];
    private readonly HashSet<ReplicaId> _ended = [];
    private readonly SortedSet<ReplicaId> _participants = [];

    /// <summary>Of how many decisions, from the first, the cuts are contained.</summary>
    private int _contained;
    private readonly SortedSet<ReplicaId> _formations = [];
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

    public IReadOnlyDictionary<ReplicaId, CouncilRecord> Council => _council;

    /// <summary>The objects that any replica has an account of, with their accounts.</summary>
    public IEnumerable<KeyValuePair<EscrowName, SortedList<ReplicaId, AccountRecord>>> Accounts => _accounts;

    /// <summary>The decisions of <see cref="Formation"/> that are known without gaps; the next has this count as its number.</summary>
    public IReadOnlyList<Decision> Decisions => _decisions;

    public ulong Slot => (ulong)_decisions.Count;

    public bool IsFormed => _decisions.Count > 0;

    /// <summary>The forming that this view goes by: the first that it heard of.</summary>
    public ReplicaId Formation { get; private set; }

    public ReplicaId[] Voters => IsFormed ? _decisions[^1].Voters : [];

    public Mark[] Cut => IsFormed ? _decisions[^1].Cut : [];

    /// <summary>Counts changes, so that whoever computes from a view knows when to compute again.</summary>
    public long Version { get; private set; }

    /// <summary>
    /// The replicas with an open account or a vote: members of the forming, and voters whose records are not here. By id; closed accounts are not among them, so what is
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
        var copy = new EscrowView { Self = Self, ChecksVotes = ChecksVotes, _evidence = _evidence.Copy(), PledgedVoters = PledgedVoters, Formation = Formation, IsBound = IsBound, Pledged = Pledged, IsContradicted = IsContradicted, Version = Version, Closed = Closed.Copy() };
        foreach (var (id, record) in _council) copy._council.Add(id, record);
        foreach (var (name, accounts) in _accounts) copy._accounts.Add(name, new(accounts));
        foreach (var (key, decision) in _known) copy._known.Add(key, decision);
        copy._decisions.AddRange(_decisions);
        foreach (var (name, mint) in _minted) copy._minted.Add(name, mint);
        foreach (var (id, since) in _since) copy._since.Add(id, since);
        foreach (var (id, acked) in _acked) copy._acked.Add(id, acked);
        foreach (var (name, open) in _open) copy._open.Add(name, [.. open]);
        foreach (var (name, askers) in _askers) copy._askers.Add(name, [.. askers]);
        copy._ended.UnionWith(_ended);
        copy._participants.UnionWith(_participants);
        copy._formations.UnionWith(_formations);
        return copy;
    }

    public void Learn(ReplicaId origin, CouncilRecord record)
    {
        _council[origin] = record;
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
        foreach (var id in _council.Keys)
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

    /// <summary>The replicas whose account records ask something about claims of an object, or withdraw it. By id; others, however many there ever were, are not among them.</summary>
    public IReadOnlyCollection<ReplicaId> AskersOf(EscrowName name) => _askers.TryGetValue(name, out var askers) ? askers : [];

    /// <summary>Takes what is known of a claim now.</summary>
    public void Learn(EscrowName name, byte[] key, Claim[] live)
    {
        foreach (var claim in live)
        {
            if (claim.Sequence > SinceOf(claim.Origin)) _since[claim.Origin] = claim.Sequence;
        }

        Version++;
        ClaimsOf(name).Learn(key, live);
    }

    /// <summary>The claims of one object.</summary>
    public ClaimBook ClaimsOf(EscrowName name)
    {
        if (!_claims.TryGetValue(name, out var book)) _claims.Add(name, book = new ClaimBook(this));
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
        _formations.Add(decision.Formation);
        if (!_known.TryAdd((decision.Formation, slot), decision))
        {
            if (!ChecksVotes && !Same(_known[(decision.Formation, slot)], decision))
            {
                IsContradicted = true;
                return false;
            }

            if (!ChecksVotes) return true;
        }

        if (slot == 0 && !IsFormed) Formation = decision.Formation;
        if (!IsBound && (decision.Formation == Pledged || (Length(decision.Formation) > Slot && Formation != Pledged))) Follow(decision.Formation);
        ApplyKnown();
        RefreshParticipants();
        return true;
    }

    /// <summary>
    /// Where votes are checked: takes a decision as its writer's word. Returns false for what is of no use: a first decision that says more than who
    /// votes, or other than those who pledged themselves agreed on, and what differs from what was applied.
    /// </summary>
    private bool IsHeard(ulong slot, Decision decision, ReplicaId origin)
    {
        if (slot == 0)
        {
            var isForming = decision is { Cut: [], Mints: [], Closings: [] };
            if (decision.Formation == Pledged) isForming &= decision.Voters.AsSpan().SequenceEqual(PledgedVoters);
            return isForming && (!_known.TryGetValue((decision.Formation, 0), out var first) || DecisionDigest.Same(first, decision));
        }

        _evidence.Note(slot, decision, origin);
        if (decision.Formation != Formation || slot >= Slot || DecisionDigest.Same(_decisions[(int)slot], decision)) return true;
        if (_evidence.IsShown(this, _decisions[(int)slot - 1].Voters, slot, decision)) IsContradicted = true;
        else FoundLie?.Invoke(origin, $"it says of decision {slot} what was not decided");
        return false;
    }

    /// <summary>What a replica says that was decided under this forming; null when it says nothing.</summary>
    public Decision? SaidBy(ulong slot, ReplicaId origin) => _evidence.SaidBy(Formation, slot, origin);

    private bool ApplyKnown()
    {
        var before = _decisions.Count;
        while (Next() is { } next) Apply(next);
        return _decisions.Count > before;
    }

    private Decision? Next() => ChecksVotes && Slot > 0 ? _evidence.Next(this) : _known.GetValueOrDefault((Formation, Slot));

    /// <summary>The voters of the forming that this replica has bound itself to.</summary>
    public ReplicaId[] PledgedVoters { get; set; } = [];

    /// <summary>The forming that this replica has bound itself to; it goes by no other as long as it can come about.</summary>
    public ReplicaId Pledged { get; set; }

    /// <summary>Whether two decisions with one number are known: a promise was broken, by a false word of an operator or of a peer. Then nothing more is decided or acknowledged.</summary>
    public bool IsContradicted { get; private set; }

    /// <summary>Whether this replica has acted under its forming, and so cannot go over to another.</summary>
    public bool IsBound { get; set; }

    /// <summary>Whether something was decided under more than one forming: the cluster was formed twice, and may have granted twice.</summary>
    public bool IsFormedTwice
    {
        get
        {
            // Nearly always, and asked at every step.
            if (_formations.Count < 2) return false;
            var effective = 0;
            foreach (var formation in _formations)
            {
                if (Length(formation) > 1) effective++;
            }

            return effective > 1;
        }
    }

    public CouncilRecord? CouncilOf(ReplicaId id) => _council.GetValueOrDefault(id);

    public AccountRecord AccountOf(EscrowName name, ReplicaId id) =>
        _accounts.TryGetValue(name, out var accounts) && accounts.TryGetValue(id, out var record) ? record : AccountRecord.Empty;

    /// <summary>Up to where the owner's records with something to acknowledge are contained here.</summary>
    public ulong SinceOf(ReplicaId account) => _since.GetValueOrDefault(account);

    public Closing? ClosingOf(ReplicaId account) => Closed.Find(account);

    public Mint? MintOf(EscrowName name) => _minted.GetValueOrDefault(name);

    /// <summary>An account's share of the first grant of an object's rights.</summary>
    public long MintedFor(EscrowName name, ReplicaId account, bool up)
    {
        if (MintOf(name) is not { } mint) return 0;
        var sum = 0L;
        foreach (var share in mint.Shares)
        {
            if (share.Account == account) sum = Units.Add(sum, up ? share.Up : share.Down);
        }

        return sum;
    }

    /// <summary>
    /// Whether an account belongs to another forming: what it took was taken beyond what was granted here, and what it granted or
    /// gave is not worth anything here. An owner that acted under one forming never goes over to another, so what it gave stays
    /// worth nothing.
    /// </summary>
    public bool IsForeign(ReplicaId account) =>
        CouncilOf(account) is { } record && record.Formation != default && record.Formation != Formation && !Closed.Contains(account);

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
        foreach (var (origin, record) in _council) LearnEnds(origin, record);
        if (_ended.Count == before) return false;
        Version++;
        return true;
    }

    private void LearnEnds(ReplicaId origin, CouncilRecord record)
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
            if (CouncilOf(voter) is { } said && Array.IndexOf(said.Ended, ended) >= 0) count++;
        }

        return count > Liars;
    }

    /// <summary>Whether one replica runs under the same authenticated identity as another.</summary>
    public Func<ReplicaId, ReplicaId, bool>? IsLaterRun { get; set; }

    public bool IsMember(ReplicaId id) => IsFormed && CouncilOf(id)?.Formation == Formation && !Closed.Contains(id);

    /// <summary>Whether all participants have applied a decision, as far as their records here say.</summary>
    public bool IsKnownToAll(ulong slot)
    {
        foreach (var id in _participants)
        {
            if (CouncilOf(id) is not { } record || record.Formation != Formation || record.Slot <= slot) return false;
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
            if (CouncilOf(voter) is not { } record || record.Formation != Formation || record.Slot > Slot) continue;
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

    private ulong Length(ReplicaId formation)
    {
        var length = 0UL;
        while (_known.ContainsKey((formation, length))) length++;
        return length;
    }

    /// <summary>Goes over to a forming in which more was decided: the one gone by so far came to nothing.</summary>
    private void Follow(ReplicaId formation)
    {
        if (formation == Formation) return;
        Formation = formation;
        _decisions.Clear();
        _contained = 0;
        Closed.Clear();
        _minted.Clear();
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
            // What an heir that is no more would get would be lost.
            if (Closed.Contains(closing.Heir) || decision.Closings.Any(c => c.Account == closing.Heir)) continue;
            Closed.Add(closing, Mark.Find(decision.Cut, closing.Account), Slot);
            foreach (var open in _open.Values) open.Remove(closing.Account);
        }

        foreach (var mint in decision.Mints) _minted.TryAdd(mint.Object, mint);
        Closed.Touch();
        _decisions.Add(decision);
    }

    private static bool Same(Decision a, Decision b) => EscrowCodec.Encode(a).Written.SequenceEqual(EscrowCodec.Encode(b).Written);

    /// <summary>Acknowledgements are looked at whenever something was learned, so that none that once counted is overlooked.</summary>
    private void Witness(ReplicaId origin)
    {
        if (!IsFormed) return;
        if (CouncilOf(origin) is { } record)
        {
            foreach (var ack in record.Acks) AckedOf(ack.Replica);
        }
    }
}
