using System.Buffers;
using MessagePack;
using PeerReplica.Crdts;
using PeerReplica.Replication;

namespace PeerReplica.Testing.Checking;

/// <summary>Every change that any replica ever published: what the replicas are checked against.</summary>
internal sealed class History
{
    private readonly Dictionary<(ObjectIdentity, string), EntryHistory> _entries = [];
    private readonly HashSet<(ReplicaId, ulong)> _dots = [];

    public IReadOnlyCollection<EntryHistory> Entries => _entries.Values;

    /// <summary>Notes a change; false when its dot was issued before.</summary>
    public bool TryAdd(ReplicaId origin, Store store, Record record)
    {
        if (!_dots.Add((origin, record.Sequence))) return false;
        var observed = record.Observed is null ? [] : Array.ConvertAll(record.Observed, d => (store.Origins[d.Origin], d.Sequence));
        EntryOf(record.Parent, isNew: true)!.Add(new(origin, record.Sequence, Payloads.Of(record), record.Stamp, observed));
        return true;
    }

    /// <summary>The history of an entry; null if it has none.</summary>
    public EntryHistory? Find(Entry entry) => EntryOf(entry, isNew: false);

    private EntryHistory? EntryOf(Entry entry, bool isNew)
    {
        var key = new ArrayBufferWriter<byte>(32);
        var output = new MessagePackWriter(key);
        entry.EncodeKey(ref output);
        output.Flush();
        var name = (entry.Object, Convert.ToHexString(key.WrittenSpan));
        if (_entries.TryGetValue(name, out var history) || !isNew) return history;
        history = new EntryHistory(entry.Object, key.WrittenSpan.ToArray());
        _entries.Add(name, history);
        return history;
    }
}
