using PeerReplica.Crdts;

namespace PeerReplica.Testing.Checking;

/// <summary>Everything that was ever published about one entry.</summary>
internal sealed class EntryHistory(ObjectIdentity identity, byte[] key)
{
    private readonly SortedDictionary<ReplicaId, List<HistoryRecord>> _byOrigin = [];
    private readonly List<HistoryRecord> _superseding = [];

    public ObjectIdentity Identity => identity;

    public byte[] Key => key;

    public void Add(HistoryRecord record)
    {
        if (!_byOrigin.TryGetValue(record.Origin, out var records)) _byOrigin.Add(record.Origin, records = []);
        records.Add(record);
        if (record.Observed.Length > 0) _superseding.Add(record);
    }

    /// <summary>
    /// What a replica with a given vector must show as live, by definition: of each origin the latest record that the vector contains, unless it is a
    /// removal, or a record that the vector contains has observed it.
    /// </summary>
    public List<HistoryRecord> LiveUnder(Func<ReplicaId, ulong> vector)
    {
        var live = new List<HistoryRecord>();
        foreach (var (origin, records) in _byOrigin)
        {
            var contained = vector(origin);
            var latest = contained == 0 ? null : records.FindLast(r => r.Sequence <= contained);
            if (latest?.Payload is null) continue;
            if (!_superseding.Exists(s => s.Supersedes(latest) && s.Sequence <= vector(s.Origin))) live.Add(latest);
        }

        return live;
    }
}
