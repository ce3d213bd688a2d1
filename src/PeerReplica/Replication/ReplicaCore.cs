using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// The deterministic state machine that decides everything: which changes get which dots, what is sent to whom, what is applied, who is a member.
/// One caller at a time. Each input method takes the time and fills <see cref="Outputs"/>; the caller ends every step with <see cref="Pump"/>,
/// drains the outputs, and comes back by <see cref="Deadline"/> at the latest.
/// <list type="number">
/// <item>It has no clock, no thread, no socket and no randomness but its seed: the same inputs give the same outputs.</item>
/// <item>It never calls out, except into the views of entries, which only take note.</item>
/// </list>
/// </summary>
internal sealed partial class ReplicaCore
{
    public const int ProtocolVersion = ProtocolVersions.Greatest;

    /// <summary>To how many peers a frame is sent on the thread of whoever wrote: each costs it a system call.</summary>
    private const int MaxBriefLinks = 8;

    private readonly SortedList<long, Link> _links = [];
    private readonly CoreOptions _options;
    private readonly Backoff _backoff;
    private readonly LeadingEdgeThrottle _publishing;
    private Instant _deadline = Instant.Never;
    private Instant _time;

    public ReplicaCore(CoreOptions options, ReplicaId self, ulong seed)
    {
        _options = options;
        Self = self;
        _description = new ReplicaInfo(self, options.NodeName, options.Address);
        _backoff = new Backoff(seed);
        _publishing = new LeadingEdgeThrottle(options.BroadcastInterval);
        _liveness = new Liveness(self, options.ForgetAfter + options.PeerTimeout);
        Store = new Store(self);
        _members = new MembersObject(OnMemberEntryChanged);
        Store.Register(_members);
        Store.Register(_consensus);
        Store.Register(_decisions);
        _expulsions = new ExpulsionsObject(options.IsOperator is null ? OnExpulsionChanged : static _ => { });
        Store.Register(_expulsions);

        // Well below the time after which a silent member is forgotten: a quarantine ends nobody's membership.
        var quarter = options.ForgetAfter / 4;
        Quarantine = new Quarantine(options.FirstQuarantine, quarter < s_longestQuarantine ? quarter : s_longestQuarantine);
        Store.ShownByOrigin = ShownByOrigin;
        Store.IsKnownOperator = IsKnownOperator;
        if (options.Verifier is { } verifier) Store.Proofs = new RecordProofs(options.ClusterName, options.Signer, verifier);
        Store.RecordAdded = OnRecordAdded;
        Store.RecordSwept = OnRecordSwept;
        Escrow = new EscrowEngine(self, options.ChecksVotes) { HoldRetention = options.ForgetAfter };
        Escrow.View.AdmitsEnd = AdmitsEnd;
        Escrow.View.IsLaterRun = (by, ended) => IdentityOf(by) is { } identity && identity == IdentityOf(ended);
        Escrow.View.FoundLie = FoundLie;
        Escrow.View.Contained = id => Store.Origins.TryGetIndex(id, out var origin) ? Store.Vector[origin] : 0;
    }

    public ReplicaId Self { get; }

    /// <summary>The time of the present input.</summary>
    private Instant _now
    {
        get => _time;
        set
        {
            if (value > _deadline + _options.PeerTimeout) RestartSilence(value);
            _time = value;
        }
    }

    public Store Store { get; }

    public CoreOutputs Outputs { get; } = new();

    /// <summary>
    /// Whether a peer has just asked for all that is here: then local changes are due at once, whatever the throttle says, since a reader here sees them already.
    /// </summary>
    public bool IsProbed { get; private set; }

    /// <summary>Whether a step that publishes little is short: few links, and none that is being sent, or is to be sent, a great deal.</summary>
    public bool IsBrief
    {
        get
        {
            if (_links.Count > MaxBriefLinks) return false;
            foreach (var link in _links.InOrder())
            {
                if (link is { Transfer: not null } or { FullStateRequested: true } or { PullRequested: true }) return false;
            }

            return true;
        }
    }

    /// <summary>Counts since the start.</summary>
    public CoreCounters Counters { get; } = new();

    /// <summary>The latest stamp that is accepted from a peer; the caller keeps it at the wall clock plus the permitted skew.</summary>
    public HybridTimestamp LatestStamp { get; set; } = new(ulong.MaxValue);

    /// <summary>When <see cref="Pump"/> must be called again, if no input comes before.</summary>
    public Instant Deadline => _deadline;

    public IEnumerable<Link> Links => _links.Values;

    /// <summary>The links in the order of their ids, for a walk that allocates nothing.</summary>
    public SortedValues<long, Link> LinksInOrder => _links.InOrder();

    /// <summary>Begins: announces this replica and dials the seeds.</summary>
    public void Start(Instant now)
    {
        _now = now;
        _startedAt = now;
        foreach (var seed in _options.Seeds) AddName(seed, member: null, now);
        Announce();
    }

    /// <summary>From when on the throttle lets local changes be published.</summary>
    public Instant PublishAt => _publishing.ReadyAt;

    /// <summary>Notes that a broadcast's worth of local changes was published.</summary>
    public void PublishingDone(Instant now) => _publishing.Happened(now);

    /// <summary>Gives an entry's unpublished local write its dot.</summary>
    public void Publish(Entry entry)
    {
        if (entry.Object.Kind is ObjectKind.BoundedCounter or ObjectKind.Pool) _isEscrowDue = true;
        if (Store.Publish(entry) is not null) Counters.Published++;
    }

    /// <summary>Does everything that is due: sends what there is room for, keeps links alive, dials, collects. Ends every step.</summary>
    /// <param name="now">The time.</param>
    /// <param name="urgent">Whether somebody waits for what was just published: it does not wait for the broadcast interval.</param>
    public void Pump(Instant now, bool urgent = false)
    {
        _now = now;
        _deadline = Instant.Never;
        TendExpulsions();
        TendOperators();
        TendQuarantine();
        TendMembers();
        TendSynchronization();
        CloseSilentLinks();
        TendStaging();
        TendRenewals();
        JudgeLies();
        TendEscrow();
        var dueBy = HeartbeatsDueBy();
        foreach (var link in _links.InOrder())
        {
            if (!link.IsOpen) continue;
            Beat(link, dueBy);
            Flush(link, urgent);
        }

        RemoveClosed();
        TendMaintenance();
        IsProbed = false;
    }

    private void WakeAt(Instant at) => _deadline = Instant.Min(_deadline, at);

    private int BeginFrame() => Outputs.Frames.Length;

    private void EndFrame(Link link, int offset, MessageType type) => Outputs.Send(link, offset, type);
}
