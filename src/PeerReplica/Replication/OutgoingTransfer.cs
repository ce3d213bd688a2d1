using PeerReplica.Causality;
using PeerReplica.Crdts;

namespace PeerReplica.Replication;

/// <summary>
/// What one link is being sent: for some origins everything in (From, To], as it stood when the transfer began. It may take many frames while the
/// state goes on changing; what changes before it was sent is kept here as it was, so that the receiver ends with exactly the state
/// that the interval's end stands for.
/// <list type="number">
/// <item>Memory beyond the state is bounded by the records of the interval, whatever the number of writes.</item>
/// <item>A record is yielded once: from its log, or from the kept ones.</item>
/// </list>
/// A link has one, and uses it again: a small change should not cost a transfer's memory.
/// </summary>
internal sealed class OutgoingTransfer
{
    private readonly List<TransferSection> _sections = [];
    private readonly Queue<Record> _kept = new();
    private readonly VersionVector _ends = new();
    private Store _store = null!;
    private int _index;
    private Record? _next;

    /// <summary>Begins anew with these sections.</summary>
    public void Begin(Store store, List<TransferSection> sections, bool isFullState)
    {
        (_store, IsFullState, _index, _next) = (store, isFullState, -1, null);
        _sections.Clear();
        _sections.AddRange(sections);
        _ends.Clear();
        foreach (var section in sections) _ends.Raise(section.Origin, section.To);
    }

    /// <summary>Lets go of what was kept, also where not all was sent.</summary>
    public void End()
    {
        _next = null;
        _kept.Clear();
        _kept.TrimExcess();
    }

    /// <summary>
    /// Whether a record goes out flagged dead: only in a full state, and only if what killed it is in the transfer too; one that a later change
    /// killed is still alive in the state that is being sent.
    /// </summary>
    public bool SendsDead(Record record) => IsFullState && record.IsDead && _ends.Contains(record.Killer);

    /// <summary>Whether this is the full state, flagged with what is dead, for a receiver below the floor.</summary>
    public bool IsFullState { get; private set; }

    /// <summary>The section being sent; valid after <see cref="TryOpenSection"/>.</summary>
    public TransferSection Section => _sections[_index];

    /// <summary>Begins the next section; false when all are done.</summary>
    public bool TryOpenSection()
    {
        if (_index + 1 >= _sections.Count)
        {
            _index = _sections.Count;
            return false;
        }

        _index++;
        _next = _store.Log(Section.Origin).After(Section.From);
        return true;
    }

    /// <summary>Yields the section's next record; null at its end.</summary>
    public Record? Next()
    {
        var record = _next;
        if (record is null || record.Sequence > Section.To)
        {
            _next = null;
            return null;
        }

        _next = record.LogNext;
        return record;
    }

    /// <summary>Yields a record that changed before it was sent; null when there is none left.</summary>
    public Record? NextKept() => _kept.TryDequeue(out var record) ? record : null;

    /// <summary>A record is about to leave its log, and may be another after that.</summary>
    public void OnUnlink(Record record)
    {
        var i = SectionOf(record.Origin);
        if (i < Math.Max(_index, 0)) return;
        var section = _sections[i];
        if (i == _index)
        {
            // Also one beyond the section, at which it has come to an end: it may have another place before it is looked at again.
            var isSent = _next is null || record.Sequence < _next.Sequence;
            if (_next == record) _next = record.LogNext;
            if (isSent) return;
        }

        if (record.Sequence <= section.From || record.Sequence > section.To) return;
        _kept.Enqueue(record.Parent.Copy(record));
    }

    /// <summary>The index of an origin's section, which ascend by origin; -1 when it has none or all are sent.</summary>
    private int SectionOf(int origin)
    {
        var (low, high) = (0, _index >= _sections.Count ? -1 : _sections.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = _sections[middle].Origin.CompareTo(origin);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return -1;
    }
}
