using PeerReplica.Causality;

namespace PeerReplica.Crdts;

/// <summary>
/// One origin's latest write to one entry: the unit of replication. A dotted component in the sense of Almeida, Shoker and Baquero,
/// "Delta state replicated data types" (2018).
/// <list type="number">
/// <item>Payload, stamp and expiry never change once the record can be seen by anyone.</item>
/// <item>A sequence of 0 means that it is not published yet; the loop gives it its dot, once.</item>
/// <item>Of one origin an entry has one record: the one with the highest sequence.</item>
/// <item>A record that another write observed is dead; it stays dead, and stays here, until both are causally stable.</item>
/// </list>
/// The fields below "loop" are touched by the replication loop alone.
/// </summary>
internal class Record
{
    /// <summary>Stands for the payload of a record whose view holds the value, and not the bytes that it encodes to. They are no MessagePack.</summary>
    public static readonly byte[] InView = [0xC1];

    /// <summary>
    /// The encoded value, exactly one MessagePack value; <see langword="null"/> for a removal, <see cref="InView"/> where only the entry can give it
    /// (<see cref="Crdts.Entry.EncodePayload"/>).
    /// </summary>
    public byte[]? Payload;

    /// <summary>When it was written, for the choice between writes that did not see each other.</summary>
    public HybridTimestamp Stamp;

    /// <summary>Whether a view holds the value beside the payload. Here, where there is room for it between the other fields.</summary>
    protected volatile bool HasValue;

    // Loop.
    public Entry Entry = null!;
    public ulong Sequence;
    public int Origin;
    public Record? NextComponent;
    public Record? LogPrevious;
    public Record? LogNext;
    public ulong Hash;

    /// <summary>Whether the full state that is being applied mentions it. False between two transfers.</summary>
    public bool IsMentioned;

    private RecordDetails? _details;

    /// <summary>When it stops being visible; 0 ticks: never.</summary>
    public Instant ExpiresAt
    {
        get => _details is { } details ? details.ExpiresAt : default;
        set
        {
            if (value != ExpiresAt) Details.ExpiresAt = value;
        }
    }

    /// <summary>The dots of the other origins' records that its writer saw. Loop only.</summary>
    public Dot[]? Observed
    {
        get => _details?.Observed;
        set
        {
            if (value is not null) Details.Observed = value;
            else if (_details is { } details && (IsDead || details.ExpiresAt.Ticks != 0)) details.Observed = null;
            else _details = null;
        }
    }

    /// <summary>Whether another record observed it. Loop only.</summary>
    public bool IsDead { get; private set; }

    /// <summary>The record that observed it, if it is dead. Loop only.</summary>
    public Dot Killer => _details is { } details ? details.Killer : default;

    public bool IsRemoval => Payload is null;

    public bool IsPublished => Sequence != 0;

    public bool IsLive => !IsDead && Payload is not null;

    public Dot Dot => new(Origin, Sequence);

    /// <summary>Whether it has what few records have, an expiry for one.</summary>
    protected bool HasDetails => _details is not null;

    private RecordDetails Details => _details ??= new RecordDetails();

    /// <summary>Notes that another record observed it. Loop only.</summary>
    public void Die(Dot killer)
    {
        IsDead = true;
        Details.Killer = killer;
    }
}
