using PeerReplica.Crdts;

namespace PeerReplica.Replication;

/// <summary>
/// One origin's records in the order of their sequence numbers: the change log, compacted by construction, since an entry has one record per
/// origin and a new one leaves the old one's place.
/// <list type="number">
/// <item>Sequence numbers strictly ascend from head to tail.</item>
/// <item>What a peer that has everything up to n is missing of this origin is exactly the tail after n.</item>
/// </list>
/// </summary>
internal sealed class OriginLog
{
    public Record? Head { get; private set; }

    public Record? Tail { get; private set; }

    /// <summary>Puts a record in its place: at the tail for a new change; further up only for what a snapshot delivers late.</summary>
    public void Insert(Record record)
    {
        var previous = Tail;
        while (previous is not null && previous.Sequence > record.Sequence) previous = previous.LogPrevious;
        Invariant.Holds(previous is null || previous.Sequence < record.Sequence, "a sequence number stands twice in a log", record.Sequence);
        var next = previous is null ? Head : previous.LogNext;
        record.LogPrevious = previous;
        record.LogNext = next;
        if (previous is null) Head = record;
        else previous.LogNext = record;
        if (next is null) Tail = record;
        else next.LogPrevious = record;
    }

    public void Unlink(Record record)
    {
        if (record.LogPrevious is null) Head = record.LogNext;
        else record.LogPrevious.LogNext = record.LogNext;
        if (record.LogNext is null) Tail = record.LogPrevious;
        else record.LogNext.LogPrevious = record.LogPrevious;
        record.LogPrevious = null;
        record.LogNext = null;
    }

    /// <summary>Puts another object in the place of a record.</summary>
    public void Replace(Record record, Record replacement)
    {
        replacement.LogPrevious = record.LogPrevious;
        replacement.LogNext = record.LogNext;
        if (record.LogPrevious is null) Head = replacement;
        else record.LogPrevious.LogNext = replacement;
        if (record.LogNext is null) Tail = replacement;
        else record.LogNext.LogPrevious = replacement;
        record.LogPrevious = null;
        record.LogNext = null;
    }

    /// <summary>The first record after <paramref name="sequence"/>. Costs a step for each record after it.</summary>
    public Record? After(ulong sequence)
    {
        if (sequence == 0) return Head;
        Record? first = null;
        for (var record = Tail; record is not null && record.Sequence > sequence; record = record.LogPrevious) first = record;
        return first;
    }

    /// <summary>The record of exactly this sequence. Costs a step for each record after it.</summary>
    public Record? Find(ulong sequence)
    {
        var record = Tail;
        while (record is not null && record.Sequence > sequence) record = record.LogPrevious;
        return record?.Sequence == sequence ? record : null;
    }
}
