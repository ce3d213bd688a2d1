using PeerReplica.Crdts;

namespace PeerReplica.Testing.Checking;

/// <summary>Everything that was ever published about one entry.</summary>
internal sealed class EntryHistory(ObjectIdentity identity, byte[] key)
{
    private readonly List<HistoryRecord> _records = [];

    public ObjectIdentity Identity => identity;

    public byte[] Key => key;

    public void Add(HistoryRecord record) => _records.Add(record);

    /// <summary>
    /// What a replica with a given vector must show as live, by definition and without any cleverness: of each origin the latest record that the vector
    /// contains, unless it is a removal, or a record that the vector contains has observed it.
    /// </summary>
    public List<HistoryRecord> LiveUnder(Func<ReplicaId, ulong> vector)
    {
        var contained = _records.FindAll(r => r.Sequence <= vector(r.Origin));
        return contained.FindAll(r =>
            r.Payload is not null &&
            !contained.Exists(o => (o.Origin == r.Origin && o.Sequence > r.Sequence) || o.Supersedes(r)));
    }
}
