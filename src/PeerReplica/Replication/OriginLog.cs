using PeerReplica.Crdts;

namespace PeerReplica.Replication;

/// <summary>
/// One origin's records in the order of their sequence numbers: the change log, compacted by construction, since an entry has one record per
/// origin and a new one leaves the old one's place.
/// <list type="number">
/// <item>Sequence numbers strictly ascend from head to tail.</item>
/// <item>What a peer that has everything up to n is missing of this origin is exactly the tail after n.</item>
/// <item>A record below the tail, of which only a snapshot or a repair brings some, is late: it is linked when the log is settled, all of them in one walk. Until then both rules hold without it.</item>
/// </list>
/// Appending, unlinking and replacing cost O(1). Settling k late records costs O(k log k) and one walk over the records after the first of them.
/// </summary>
internal sealed class OriginLog
{
    private readonly List<Record> _late = [];
    private Dictionary<ulong, Record>? _bySequence;

    public Record? Head { get; private set; }

    public Record? Tail { get; private set; }

    /// <summary>Whether nothing is late, and nothing was looked up since the last settling.</summary>
    public bool IsSettled => _late.Count == 0 && _bySequence is null;

    /// <summary>How many records were walked past since the start: what tests of the bounds count.</summary>
    public long Steps { get; private set; }

    /// <summary>Adds a record: at the tail for a new change; late for what a snapshot or a repair delivers below it.</summary>
    public void Insert(Record record)
    {
        _bySequence?.Add(record.Sequence, record);
        if (Tail is null || Tail.Sequence < record.Sequence)
        {
            Link(Tail, record);
            return;
        }

        record.IsLate = true;
        _late.Add(record);
    }

    public void Unlink(Record record)
    {
        _bySequence?.Remove(record.Sequence);
        if (record.IsLate)
        {
            record.IsLate = false;
            return;
        }

        if (record.LogPrevious is null) Head = record.LogNext;
        else record.LogPrevious.LogNext = record.LogNext;
        if (record.LogNext is null) Tail = record.LogPrevious;
        else record.LogNext.LogPrevious = record.LogPrevious;
        record.LogPrevious = null;
        record.LogNext = null;
    }

    /// <summary>Puts another object in the place of a record. The log is settled.</summary>
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
        for (var record = Tail; record is not null && record.Sequence > sequence; record = record.LogPrevious)
        {
            first = record;
            Steps++;
        }

        return first;
    }

    /// <summary>The record of exactly this sequence. The first call after a settling costs a step for each record, further ones O(1).</summary>
    public Record? Find(ulong sequence)
    {
        if (_bySequence is null && _late.Count == 0 && !(Tail?.Sequence >= sequence)) return null;
        _bySequence ??= Index();
        return _bySequence.GetValueOrDefault(sequence);
    }

    /// <summary>Puts late records in their places and forgets what <see cref="Find"/> built.</summary>
    public void Settle()
    {
        _bySequence = null;
        if (_late.Count == 0) return;
        _late.RemoveAll(static r => !r.IsLate);
        _late.Sort(static (a, b) => a.Sequence.CompareTo(b.Sequence));
        var previous = Tail;
        for (var i = _late.Count - 1; i >= 0; i--)
        {
            var record = _late[i];

            // Its object may have been late twice, as two records one after the other.
            if (!record.IsLate) continue;
            record.IsLate = false;
            for (; previous is not null && previous.Sequence > record.Sequence; previous = previous.LogPrevious) Steps++;
            Invariant.Holds(previous is null || previous.Sequence < record.Sequence, "a sequence number stands twice in a log", record.Sequence);
            Link(previous, record);
        }

        _late.Clear();
        _late.TrimExcess();
    }

    private void Link(Record? previous, Record record)
    {
        var next = previous is null ? Head : previous.LogNext;
        record.LogPrevious = previous;
        record.LogNext = next;
        if (previous is null) Head = record;
        else previous.LogNext = record;
        if (next is null) Tail = record;
        else next.LogPrevious = record;
    }

    private Dictionary<ulong, Record> Index()
    {
        var index = new Dictionary<ulong, Record>();
        for (var record = Head; record is not null; record = record.LogNext)
        {
            index.Add(record.Sequence, record);
            Steps++;
        }

        foreach (var record in _late)
        {
            if (record.IsLate) index.TryAdd(record.Sequence, record);
        }

        return index;
    }
}
