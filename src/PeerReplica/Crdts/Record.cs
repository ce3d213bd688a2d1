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
    /// <summary>The encoded value, exactly one MessagePack value; <see langword="null"/> for a removal.</summary>
    public byte[]? Payload;

    /// <summary>When it was written, for the choice between writes that did not see each other.</summary>
    public HybridTimestamp Stamp;

    /// <summary>When it stops being visible; 0 ticks: never.</summary>
    public Instant ExpiresAt;

    // Loop.
    public Entry Entry = null!;
    public ulong Sequence;
    public int Origin;
    public int PassMark;
    public Record? NextComponent;
    public Record? LogPrevious;
    public Record? LogNext;
    public Dot[]? Observed;
    public ulong Hash;
    public bool IsDead;
    public Dot Killer;

    public bool IsRemoval => Payload is null;

    public bool IsPublished => Sequence != 0;

    public bool IsLive => !IsDead && Payload is not null;

    public Dot Dot => new(Origin, Sequence);
}
