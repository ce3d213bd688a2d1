using PeerReplica.Causality;

namespace PeerReplica.Crdts;

/// <summary>
/// One origin's latest write to one entry: the unit of replication. A dotted component in the sense of Almeida, Shoker and Baquero,
/// "Delta state replicated data types" (2018).
/// <list type="number">
/// <item>Of one origin an entry has one record: the one with the highest sequence. The next of the same origin takes its place, and the object that held it.</item>
/// <item>A sequence of 0 means that it is not published yet; it is given its dot once, and from then on the app changes nothing of it but <see cref="ExpiresAt"/>, which is no part of the content, and only to a later moment.</item>
/// <item>A record that another write observed is dead; it stays dead, and stays here, until both are causally stable.</item>
/// </list>
/// What app threads look at changes between <see cref="Entry.BeginChange"/> and <see cref="Entry.EndChange"/> only. The rest is touched by the replication loop alone.
/// </summary>
internal abstract class Record
{
    /// <summary>Stands for the payload of a record whose view holds the value, and not the bytes that it encodes to. They are no MessagePack.</summary>
    public static readonly byte[] InView = [0xC1];

    /// <summary>In the place of a live record's killer: its validator refused it. So a record needs no room for it.</summary>
    private const ulong KilledByValidator = ulong.MaxValue;

    /// <summary>
    /// The encoded value, exactly one MessagePack value; <see langword="null"/> for a removal, <see cref="InView"/> where only the entry can give it
    /// (<see cref="Entry.EncodePayload"/>). The bytes never change.
    /// </summary>
    public byte[]? Payload;

    /// <summary>When it was written, for the choice between writes that did not see each other.</summary>
    public HybridTimestamp Stamp;

    public ulong Sequence;

    public Record? NextComponent;
    public Record? LogPrevious;
    public Record? LogNext;
    public ulong Hash;
    public int Origin;

    /// <summary>Whether a view holds the value beside the payload.</summary>
    public bool HasValue;

    /// <summary>Whether it has what few records have, an expiry for one. Beside what else a reader looks at, and not where that is, which may be in another cache line.</summary>
    public bool HasDetails { get; private set; }

    /// <summary>Of an entry: 1 while an app's write waits for the loop, for views that are told of writes. Here, where there is room for it between the other fields.</summary>
    protected byte Dirty;

    private RecordMarks _marks;
    private RecordDetails? _details;

    /// <summary>Whether it is one of its entry's records; else it is a write on its way to be one, or what was one.</summary>
    public bool IsComponent
    {
        get => Has(RecordMarks.Component);
        set => Mark(RecordMarks.Component, value);
    }

    /// <summary>Whether the full state that is being applied mentions it. False between two transfers. Loop only.</summary>
    public bool IsMentioned
    {
        get => Has(RecordMarks.Mentioned);
        set => Mark(RecordMarks.Mentioned, value);
    }

    /// <summary>Whether its origin's log has not put it in its place yet. Loop only.</summary>
    public bool IsLate
    {
        get => Has(RecordMarks.Late);
        set => Mark(RecordMarks.Late, value);
    }

    /// <summary>Whether another record observed it. Loop only.</summary>
    public bool IsDead
    {
        get => Has(RecordMarks.Dead);
        private set => Mark(RecordMarks.Dead, value);
    }

    /// <summary>
    /// Whether its object's validator refused it here. Decides what readers see here, and nothing that is replicated. Of a dead
    /// record it is not known any more. Loop only.
    /// </summary>
    public bool IsRefused => Has(RecordMarks.Withheld) && Killer.Sequence == KilledByValidator;

    /// <summary>The entry that it is, or will be, a record of.</summary>
    public abstract Entry Parent { get; }

    /// <summary>When it stops being visible; 0 ticks: never.</summary>
    public Instant ExpiresAt
    {
        get => _details is { } details ? details.ExpiresAt : default;
        set
        {
            if (value != ExpiresAt) Details.ExpiresAt = value;
        }
    }

    /// <summary>How uses postpone <see cref="ExpiresAt"/>; <see langword="null"/> if they do not. Present only where there is an expiry.</summary>
    public SlidingExpiration? Sliding
    {
        get => _details?.Sliding;
        set
        {
            if (value != Sliding) Details.Sliding = value;
        }
    }

    /// <summary>The dots of the other origins' records that its writer saw. Loop only.</summary>
    public Dot[]? Observed
    {
        get => _details?.Observed;
        set
        {
            if (value is not null) Details.Observed = value;
            else if (_details is { } details && (Has(RecordMarks.Hidden) || details.ExpiresAt.Ticks != 0 || details.Proof is not null)) details.Observed = null;
            else ForgetDetails();
        }
    }

    /// <summary>
    /// What shows that its origin published it; null if the origin does not sign, its kind is not protected, or it is this replica's own
    /// and was not sent yet. Loop only.
    /// </summary>
    public RecordProof? Proof
    {
        get => _details?.Proof;
        set
        {
            if (value != Proof) Details.Proof = value;
        }
    }

    /// <summary>The record that observed it, if it is dead. Loop only.</summary>
    public Dot Killer => _details is { } details ? details.Killer : default;

    public bool IsRemoval => Payload is null;

    public bool IsPublished => Sequence != 0;

    public bool IsLive => !IsDead && Payload is not null;

    /// <summary>Whether readers may see its value: it is live, and nothing that its object's validator has to say is against it.</summary>
    public bool IsShown => Payload is not null && !Has(RecordMarks.Hidden);

    /// <summary>Whether it arrived, and its object's validator has not answered yet: readers do not see it. Loop only.</summary>
    public bool IsHeld => IsLive && Has(RecordMarks.Withheld) && !IsRefused;

    public Dot Dot => new(Origin, Sequence);

    private RecordDetails Details
    {
        get
        {
            HasDetails = true;
            return _details ??= new RecordDetails();
        }
    }

    /// <summary>Notes that another record observed it. Loop only.</summary>
    public void Die(Dot killer)
    {
        IsDead = true;
        Details.Killer = killer;
    }

    /// <summary>Keeps it from readers, until its object's validator has answered or, if it refused it, for good. Loop only.</summary>
    public void Withhold(bool isRefused)
    {
        Mark(RecordMarks.Withheld, true);
        if (isRefused) Details.Killer = new(Origin, KilledByValidator);
    }

    /// <summary>Its object's validator accepted it. Loop only.</summary>
    public void Show() => Mark(RecordMarks.Withheld, false);

    /// <summary>Becomes what another is, but for the value in view and its place among others. Of what few records have it takes the other's: one of the two is not used any more.</summary>
    public void Become(Record other)
    {
        Payload = other.Payload;
        Stamp = other.Stamp;
        Sequence = other.Sequence;
        Origin = other.Origin;
        Hash = other.Hash;
        _marks = (_marks & ~RecordMarks.Said) | (other._marks & RecordMarks.Said);
        HasDetails = other.HasDetails;
        _details = other._details;
    }

    /// <summary>Becomes a removal that is not published, without anything of what it was.</summary>
    public void Reset()
    {
        Payload = null;
        Stamp = default;
        Sequence = 0;
        HasValue = false;
        _marks &= ~RecordMarks.Said;
        ForgetDetails();
    }

    protected bool Has(RecordMarks mark) => (_marks & mark) != 0;

    protected void Mark(RecordMarks mark, bool isSet) => _marks = isSet ? _marks | mark : _marks & ~mark;

    private void ForgetDetails()
    {
        HasDetails = false;
        _details = null;
    }
}
