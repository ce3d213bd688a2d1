namespace PeerReplica.Crdts;

/// <summary>An entry's records by origin, for entries of which many origins have one: every start of a replica is an origin.</summary>
internal sealed class ComponentIndex
{
    private readonly Dictionary<int, Record> _byOrigin = [];

    public Record? Find(int origin) => _byOrigin.GetValueOrDefault(origin);

    public void Placed(Record record, int origin) => _byOrigin[origin] = record;

    public void Removed(Record record)
    {
        if (_byOrigin.TryGetValue(record.Origin, out var known) && known == record) _byOrigin.Remove(record.Origin);
    }
}
