using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// Everything a replica holds: objects, entries, change logs, vector, content hash.
/// <list type="number">
/// <item>The records here are a function of the vector: for each entry and origin the latest record that the vector contains, dead where a record
/// that the vector contains observed it; less what was collected.</item>
/// <item>The vector is raised only when everything up to the new value has been applied, in the same step.</item>
/// <item>What was collected lies at or below <see cref="Floor"/>. A replica whose vector does not reach the floor may be missing a removal
/// that can no longer be told, so it is given the full state, never a delta.</item>
/// <item>The content hash is the sum of the live records' hashes.</item>
/// </list>
/// </summary>
internal sealed partial class Store
{
    private readonly Dictionary<ObjectIdentity, ReplicatedObject> _objects = [];
    private readonly List<OriginLog> _logs = [];
    private readonly List<OriginLog> _unsettled = [];
    private readonly FrameBuffer _scratch = new();
    private readonly Queue<Entry> _collectable = new();
    private readonly List<OutgoingTransfer> _snapshots = [];
    private readonly UnregisteredObjects _unregistered = new();
    private readonly Action<Record> _onDied;

    public Store(ReplicaId self)
    {
        Origins = new OriginTable(self);
        _onDied = record =>
        {
            if (!record.IsRemoval) Subtract(record);
        };
    }

    public OriginTable Origins { get; }

    /// <summary>What is contained here.</summary>
    public VersionVector Vector { get; } = new();

    /// <summary>Up to where removals may have been collected.</summary>
    public VersionVector Floor { get; } = new();

    public ulong Hash { get; private set; }

    /// <summary>The part of <see cref="Hash"/> that stands for the app's objects, without the cluster's own list of members.</summary>
    public ulong AppHash { get; private set; }

    /// <summary>The number of live records.</summary>
    public long LiveRecords { get; private set; }

    /// <summary>The number of records kept only until every member is known to have seen them superseded.</summary>
    public long Tombstones { get; private set; }

    /// <summary>
    /// The greatest stamp of changes that were published here, or arrived: of these as far as <see cref="FollowedStamp"/>. A
    /// wall clock that steps back does not take later writes before earlier ones.
    /// </summary>
    public HybridTimestamp MaxStamp { get; private set; }

    /// <summary>
    /// Up to where the stamps of peers raise <see cref="MaxStamp"/>; the caller keeps it well below the latest stamp that is
    /// accepted. A write of this replica wins over a later stamp that it has seen all the same: it observes the record.
    /// </summary>
    public HybridTimestamp FollowedStamp { get; set; } = new(ulong.MaxValue);

    /// <summary>Called with each record published here. For the simulator's history; null in production.</summary>
    public Action<Record>? Published { get; set; }

    /// <summary>Called with each record that came to be here, also those published here.</summary>
    public Action<Record>? RecordAdded { get; set; }

    /// <summary>Called with the entry of each record that a full state removed.</summary>
    public Action<Entry>? RecordSwept { get; set; }

    /// <summary>
    /// How many changes an origin says that it made, by its own authenticated link; null without one, or where a full state is believed, unless
    /// that is not to matter. Where this is not set, a peer's word about other origins counts as their own.
    /// </summary>
    public Func<ReplicaId, bool, ulong?>? ShownByOrigin { get; set; }

    public IEnumerable<ReplicatedObject> Objects => _objects.Values;

    public void Register(ReplicatedObject replicated)
    {
        _objects.Add(replicated.Identity, replicated);
        replicated.Attach(this);
    }

    /// <summary>The object of an identity; kept opaque when the app has not registered it.</summary>
    public ReplicatedObject ObjectOf(ObjectIdentity identity)
    {
        if (_objects.TryGetValue(identity, out var known)) return known;
        var opaque = new OpaqueObject(identity);
        Register(opaque);
        return opaque;
    }

    /// <summary>Likewise, for a change of an origin.</summary>
    private ReplicatedObject ObjectOf(ObjectIdentity identity, int origin)
    {
        if (!_objects.ContainsKey(identity)) _unregistered.Add(Origins[origin]);
        return ObjectOf(identity);
    }

    public OriginLog Log(int origin)
    {
        while (_logs.Count <= origin) _logs.Add(new OriginLog());
        return _logs[origin];
    }

    public static ReplicatedObject ObjectOf(Entry entry) => (ReplicatedObject)entry.Owner;

    /// <summary>The record that a last-writer-wins view shows.</summary>
    public Record? LastWriter(Entry entry) => Components.LastWriter(entry, Origins);

    /// <summary>Gives the app's unpublished write of an entry its dot. Returns the record, or null when there is nothing to publish.</summary>
    public Record? Publish(Entry entry)
    {
        if (entry.Pending(Vector[OriginTable.Self] + 1) is not { } write) return null;
        write.Origin = OriginTable.Self;
        write.Observed = ObjectOf(entry).IsAdditive ? null : Components.Observe(entry, OriginTable.Self);
        if (write.IsRemoval && write.Observed is null && entry.Component(OriginTable.Self) is null)
        {
            // Nothing published is there to remove: the entry came and went between two broadcasts, and no peer need hear of it.
            entry.BeginChange();
            entry.EndChange();
            EnqueueForCollection(entry);
            return null;
        }

        var record = Add(write);
        Vector[OriginTable.Self] = record.Sequence;
        MaxStamp = HybridTimestamp.Max(MaxStamp, record.Stamp);
        Published?.Invoke(record);
        return record;
    }

    /// <summary>
    /// Adds a write that arrived and that the vector does not contain. An unpublished write of the same entry is published first: it did not see
    /// what is arriving. The caller raises the vector once the whole delta is in.
    /// </summary>
    public void Apply(Record write)
    {
        Publish(write.Parent);
        MaxStamp = HybridTimestamp.Max(MaxStamp, HybridTimestamp.Min(write.Stamp, FollowedStamp));
        Add(write);
    }

    private Record Add(Record write)
    {
        var entry = write.Parent;
        write.Hash = HashOf(write);
        var earlier = entry.Component(write.Origin);
        if (earlier is not null) Forget(earlier);
        var record = Put(entry, earlier, write, out var killed);
        var log = Log(record.Origin);
        var wasSettled = log.IsSettled;
        log.Insert(record);
        if (wasSettled && !log.IsSettled) _unsettled.Add(log);
        if (record.IsLive) AddLive(record);
        else Tombstones++;
        if (record.IsRemoval || record.IsDead || record.Observed is not null || killed > 0) EnqueueForCollection(entry);
        RecordAdded?.Invoke(record);
        return record;
    }

    private Record Put(Entry entry, Record? earlier, Record write, out int killed)
    {
        entry.BeginChange();
        try
        {
            return Components.Put(entry, earlier, write, _onDied, out killed);
        }
        finally
        {
            entry.EndChange();
        }
    }

    private ulong HashOf(Record record)
    {
        if (record.IsRemoval) return 0;
        var key = Encode(record, out var payload);
        return ContentHash.OfRecord(record.Parent.Owner.IdentityHash, key, Origins[record.Origin], record.Sequence, payload);
    }

    /// <summary>The bytes of a record's key and payload: valid until the next call.</summary>
    private ReadOnlySpan<byte> Encode(Record record, out ReadOnlySpan<byte> payload)
    {
        _scratch.Reset();
        var output = new MessagePackWriter(_scratch);
        record.Parent.EncodeKey(ref output);
        output.Flush();
        var length = _scratch.Length;
        payload = record.Payload;
        if (record.Payload != Record.InView) return _scratch.Written;
        record.Parent.EncodePayload(record, ref output);
        output.Flush();
        payload = _scratch.Written[length..];
        return _scratch.Written[..length];
    }

    private void AddLive(Record record)
    {
        Hash += record.Hash;
        if (IsAppState(record)) AppHash += record.Hash;
        LiveRecords++;
    }

    private void Subtract(Record record)
    {
        Unhash(record);
        LiveRecords--;
        Tombstones++;
    }

    private void Unhash(Record record)
    {
        Hash -= record.Hash;
        if (IsAppState(record)) AppHash -= record.Hash;
    }

    private static bool IsAppState(Record record) =>
        record.Parent.Object.Kind is not (ObjectKind.Members or ObjectKind.Consensus or ObjectKind.Decisions
            or ObjectKind.Expulsions);

    /// <summary>Takes a record that is about to leave its entry out of log and counts.</summary>
    private void Forget(Record record)
    {
        foreach (var snapshot in _snapshots) snapshot.OnUnlink(record);
        Log(record.Origin).Unlink(record);
        if (record.IsLive)
        {
            Unhash(record);
            LiveRecords--;
        }
        else
        {
            Tombstones--;
        }
    }

    private void EnqueueForCollection(Entry entry)
    {
        if (entry.IsQueuedForCollection) return;
        entry.IsQueuedForCollection = true;
        EverQueuedForCollection++;
        _collectable.Enqueue(entry);
    }
}
