using PeerReplica.Causality;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// One connection to one peer, from hello to close.
/// <list type="number">
/// <item><see cref="Known"/> is what the peer said it contains; it is never raised by what we sent.</item>
/// <item><see cref="Sent"/> is what it will contain when all that was sent has arrived; never below Known; falls back to Known when a gap is reported.</item>
/// <item>There is no queue: what to send is computed from Sent and the store when there is room.</item>
/// </list>
/// </summary>
internal sealed class Link
{
    private readonly OutgoingTransfer _transfer = new();

    public Link(long id, bool isDialed, string remoteAddress, CoreOptions options, Instant now)
    {
        Id = id;
        IsDialed = isDialed;
        RemoteAddress = remoteAddress;
        LastHeard = now;
        Window = new FlowWindow(options.WindowBytes, options.MaxFrameBytes);
        Bytes = new TokenBucket(options.MaxBytesPerSecondPerPeer, options.MaxFrameBytes, now);
        Flush = new LeadingEdgeThrottle(options.BroadcastInterval);
        Proofs = new TokenBucket(ReplicaCore.ProofsPerSecond, ReplicaCore.ProofBurst, now);
    }

    public long Id { get; }

    /// <summary>Whether this replica dialed.</summary>
    public bool IsDialed { get; }

    public string RemoteAddress { get; }

    public LinkPhase Phase { get; set; } = LinkPhase.Hello;

    /// <summary>Who the transport has authenticated; null where it does not tell peers apart.</summary>
    public LinkIdentity? Identity { get; init; }

    /// <summary>
    /// The name under which its peer is kept out if it sends what cannot be valid; null before the hello where the
    /// transport tells no peers apart.
    /// </summary>
    public string? PeerKey { get; set; }

    /// <summary>The key of decisions on the peer's identity; null where the transport tells no peers apart.</summary>
    public byte[]? DecisionKey { get; init; }

    /// <summary>When the address that was dialed may be dialed again at the earliest, by what the peer said.</summary>
    public Instant RetryAt { get; set; }

    /// <summary>When to open another link in its place, and when it must have ended.</summary>
    public Instant RenewAt { get; set; } = Instant.Never;

    public Instant EndsAt { get; set; } = Instant.Never;

    /// <summary>Whether a newer link has taken its place, and the peer, who dialed both, is expected to close this one.</summary>
    public bool IsRetired { get; set; }

    /// <summary>The address that this replica dialed; null when the peer dialed.</summary>
    public string? DialedAddress { get; set; }

    /// <summary>The link whose place this one takes; 0: none.</summary>
    public long Renews { get; set; }

    /// <summary>The peer's hello; null before it arrived.</summary>
    public Hello? Peer { get; set; }

    /// <summary>Of a connection that only checks the address which a member advertises: that member, and the attempt. It never opens.</summary>
    public (Member Member, long DialId)? Check { get; set; }

    /// <summary>What the peer said of the address that is advertised here; it holds until <see cref="AddressVerdictUntil"/>.</summary>
    public AddressVerdict AddressVerdict { get; set; }

    public Instant AddressVerdictUntil { get; set; }

    /// <summary>The peer's local index as an origin; valid once the link is open.</summary>
    public int PeerOrigin { get; set; } = -1;

    public byte[] Nonce { get; set; } = [];

    /// <summary>When the hellos had been exchanged.</summary>
    public Instant OpenedAt { get; set; } = Instant.Never;

    public Instant LastHeard { get; set; }

    public Instant NextHeartbeat { get; set; }

    public RoundTripMeter RoundTrips { get; } = new();

    /// <summary>False while the transport has refused a frame for want of room.</summary>
    public bool HasRoom { get; set; } = true;

    // What we send.
    public VersionVector Known { get; } = new();

    public VersionVector Sent { get; } = new();

    public FlowWindow Window { get; }

    public TokenBucket Bytes { get; }

    public LeadingEdgeThrottle Flush { get; }

    /// <summary>What is being sent; null when nothing is.</summary>
    public OutgoingTransfer? Transfer { get; private set; }

    public DataFlags TransferFlags { get; set; }

    /// <summary>When a part of it was sent last.</summary>
    public Instant PartSentAt { get; set; }

    public DeltaWriter Writer { get; } = new();

    /// <summary>Whether the next transfer begins the numbering of origins and objects anew, after a gap.</summary>
    public bool StartFresh { get; set; } = true;

    /// <summary>The peer asked to be sent all that it is missing, also what others originated.</summary>
    public bool PullRequested { get; set; }

    /// <summary>The peer asked for the full state; the repair of a mismatch if <see cref="RepairRequested"/>.</summary>
    public bool FullStateRequested { get; set; }

    public bool RepairRequested { get; set; }

    /// <summary>The last data frame of a full state that the peer has not yet acknowledged; 0: none. Should a frame be lost, it is sent again as such.</summary>
    public ulong FullStateEnd { get; set; }

    public bool FullStateIsRepair { get; set; }

    /// <summary>Probes to answer once everything asked for has been sent.</summary>
    public List<ulong> ProbesToAnswer { get; } = [];

    /// <summary>Whom the peer is directly linked with, by origin index.</summary>
    public HashSet<int> PeerLinks { get; } = [];

    public RelayLag Lag { get; } = new();

    // What we receive.
    public VersionVector PeerFloor { get; } = new();

    /// <summary>Until when the peer counts as not synchronized, unless it says so again.</summary>
    public Instant UnsyncedUntil { get; set; }

    /// <summary>Whether the peer has said what it contains.</summary>
    public bool StatusReceived { get; set; }

    public DeltaReaderState Reader { get; } = new();

    /// <summary>How many changes the peer has said on this link that it made itself.</summary>
    public ulong Shown { get; set; }

    /// <summary>How many signatures may be verified for what the peer passes on.</summary>
    public TokenBucket Proofs { get; }

    public ulong LastDataNumber { get; set; }

    /// <summary>Data is ignored until a transfer that starts fresh: a frame was lost.</summary>
    public bool IsDesynchronized { get; set; } = true;

    /// <summary>The parts of the transfer that is arriving.</summary>
    public FrameBuffer Staged { get; set; } = new();

    /// <summary>Whether a transfer of several parts is arriving, and since when.</summary>
    public bool IsStaging { get; set; }

    public Instant StagingSince { get; set; }

    /// <summary>The full states that the peer was asked for.</summary>
    public ExpectedFullStates FullStates { get; } = new();

    public Instant RestartAskedAt { get; set; }

    /// <summary>Whether to consider pulling what the peer's status showed.</summary>
    public bool WantsPull { get; set; }

    /// <summary>Probes that the peer has not answered: an answer counts once.</summary>
    public HashSet<ulong> ProbesAsked { get; } = [];

    /// <summary>Answered probes whose answerer's content is not yet all here.</summary>
    public List<(ulong Id, VersionVector Vector)> ProbeTargets { get; } = [];

    /// <summary>What the peer was told of our floor.</summary>
    public VersionVector FloorSent { get; } = new();

    public bool AcknowledgeNow { get; set; }

    /// <summary>The versions of the store's vector and of <see cref="Reported"/> between which nothing is left to report.</summary>
    public (long Vector, long Reported) NothingToReport { get; set; } = (-1, -1);

    /// <summary>The versions of the store's vector and of <see cref="Known"/> between which the peer lacks nothing.</summary>
    public (long Vector, long Known) NothingToSend { get; set; } = (-1, -1);

    /// <summary>The versions of the store's vector and of <see cref="PeerFloor"/> at which the vector reached the floor.</summary>
    /// <summary>The version of <see cref="PeerFloor"/> that the store's vector has reached.</summary>
    public long FloorReached { get; set; } = -1;

    /// <summary>Whether the peer must be told whom this replica is linked with.</summary>
    public bool LinksDue { get; set; }

    /// <summary>Whether a status that the transport refused must be sent again.</summary>
    public bool StatusDue { get; set; }

    /// <summary>The last data frame that was sent when the last heartbeat left: unacknowledged one heartbeat later, the peer is asked to acknowledge it again.</summary>
    public ulong SentBeforeBeat { get; set; }

    public LeadingEdgeThrottle? VectorReports { get; set; }

    /// <summary>What this link's peer was last told of our vector.</summary>
    public VersionVector Reported { get; } = new();

    /// <summary>Origins whose advance the peer must hear of with the next acknowledgement, since it sent them.</summary>
    public HashSet<int> ReportOrigins { get; } = [];

    /// <summary>Heartbeats in a row whose vector is not the one last reported.</summary>
    public int StaleHeartbeats { get; set; }

    public bool IsOpen => Phase == LinkPhase.Open;

    public void BeginTransfer(Store store, List<TransferSection> sections, bool isFullState)
    {
        Transfer = _transfer;
        Transfer.Begin(store, sections, isFullState);
    }

    public void EndTransfer()
    {
        _transfer.End();
        Transfer = null;
    }
}
