using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// Writes the body of one link's transfers: a stream of MessagePack values, cut into frames anywhere.
/// <code>
/// body    = floor section*               floor: a vector, of what rose since the last transfer on this link
/// section = origin from length record* nil   brings a receiver at or past from to from + length; length 0: records kept from before a change
/// origin  = uint | bin16                 an id the first time on a link, which numbers it; the number from then on
/// record  = flags [object] [sequence step] stamp [counter] key [payload] [observed] [time to live] [killer]
/// object  = uint | [name, kind, key encoding]   numbered likewise
/// stamp   = int                          milliseconds since the record before (since 1970 for a section's first)
/// </code>
/// </summary>
internal sealed class DeltaWriter
{
    private readonly Dictionary<int, int> _origins = [];
    private readonly Dictionary<ReplicatedObject, int> _objects = [];
    private ReplicatedObject? _lastObject;
    private ulong _lastSequence;
    private long _lastWall;
    private readonly FrameBuffer _body = new();
    private bool _inSection;
    private int _cut;

    /// <summary>What is written and not yet cut into frames.</summary>
    public ReadOnlySpan<byte> Waiting => _body.Written[_cut..];

    /// <summary>Takes the first bytes of what waits away.</summary>
    public void Cut(int count)
    {
        _cut += count;

        // Moved to the front only when more was cut than is left: so each byte is moved once or less, and what was cut takes no more memory than what waits.
        if (_cut < Waiting.Length) return;
        _body.RemoveFirst(_cut);
        _cut = 0;
    }

    /// <summary>Forgets the numbering; the next part must be flagged fresh.</summary>
    public void StartFresh()
    {
        _origins.Clear();
        _objects.Clear();
    }

    public void BeginTransfer(VersionVector floorChange, OriginTable origins)
    {
        _body.Reset(keepBytes: 1 << 20);
        _cut = 0;
        _inSection = false;
        _body.WriteVector(floorChange, origins);
    }

    /// <summary>Writes until at least <paramref name="limit"/> bytes wait to be cut, or the transfer is complete; returns whether it is.</summary>
    public bool Fill(Store store, OutgoingTransfer transfer, int limit, Instant now)
    {
        while (Waiting.Length < limit)
        {
            if (!_inSection)
            {
                if (!transfer.TryOpenSection()) return FillKept(store, transfer, limit, now);
                BeginSection(store, transfer.Section);
            }

            if (transfer.Next() is { } record) WriteRecord(store, record, transfer.SendsDead(record), now);
            else EndSection();
        }

        return false;
    }

    private bool FillKept(Store store, OutgoingTransfer transfer, int limit, Instant now)
    {
        while (Waiting.Length < limit)
        {
            if (transfer.NextKept() is not { } record) return true;
            BeginSection(store, new TransferSection(record.Origin, record.Sequence - 1, record.Sequence - 1));
            WriteRecord(store, record, transfer.SendsDead(record), now);
            EndSection();
        }

        return false;
    }

    private void BeginSection(Store store, TransferSection section)
    {
        _inSection = true;
        _lastObject = null;
        _lastSequence = section.From;
        _lastWall = 0;
        WriteOrigin(store, section.Origin);
        _body.WriteUInt(section.From);
        _body.WriteUInt(section.To - section.From);
    }

    private void EndSection()
    {
        _body.WriteNil();
        _inSection = false;
    }

    private void WriteRecord(Store store, Record record, bool isDead, Instant now)
    {
        var replicated = Store.ObjectOf(record.Parent);
        var flags = RecordFlags.None;
        if (replicated == _lastObject) flags |= RecordFlags.SameObject;
        if (record.Sequence == _lastSequence + 1) flags |= RecordFlags.NextSequence;
        if (record.IsRemoval) flags |= RecordFlags.Removal;
        if (record.Observed is not null) flags |= RecordFlags.Observed;
        if (record.ExpiresAt.Ticks != 0) flags |= RecordFlags.Expiry;
        if (isDead) flags |= RecordFlags.Dead;
        if (record.Stamp.Counter != 0) flags |= RecordFlags.Counter;

        _body.WriteUInt((ulong)flags);
        if (replicated != _lastObject) WriteObject(replicated);
        if (record.Sequence != _lastSequence + 1) _body.WriteUInt(record.Sequence - _lastSequence);
        _body.WriteInt(record.Stamp.WallMilliseconds - _lastWall);
        if ((flags & RecordFlags.Counter) != 0) _body.WriteUInt(record.Stamp.Counter);
        record.Parent.EncodeKey(_body);
        if (!record.IsRemoval) record.Parent.EncodePayload(record, _body);
        if (record.Observed is not null) WriteObserved(store, record.Observed);
        if ((flags & RecordFlags.Expiry) != 0) _body.WriteUInt(RemainingMilliseconds(record.ExpiresAt, now));
        if ((flags & RecordFlags.Dead) != 0)
        {
            WriteOrigin(store, record.Killer.Origin);
            _body.WriteUInt(record.Killer.Sequence);
        }

        _lastObject = replicated;
        _lastSequence = record.Sequence;
        _lastWall = record.Stamp.WallMilliseconds;
    }

    private void WriteObserved(Store store, Dot[] observed)
    {
        _body.WriteArrayHeader(observed.Length * 2);
        foreach (var dot in observed)
        {
            WriteOrigin(store, dot.Origin);
            _body.WriteUInt(dot.Sequence);
        }
    }

    private void WriteOrigin(Store store, int origin)
    {
        if (_origins.TryGetValue(origin, out var number))
        {
            _body.WriteUInt((ulong)number);
            return;
        }

        _origins.Add(origin, _origins.Count);
        _body.WriteReplicaId(store.Origins[origin]);
    }

    private void WriteObject(ReplicatedObject replicated)
    {
        if (_objects.TryGetValue(replicated, out var number))
        {
            _body.WriteUInt((ulong)number);
            return;
        }

        _objects.Add(replicated, _objects.Count);
        _body.WriteArrayHeader(3);
        _body.WriteString(replicated.Identity.Name);
        _body.WriteUInt((ulong)replicated.Identity.Kind);
        _body.WriteString(replicated.Identity.KeyEncoding);
    }

    private static ulong RemainingMilliseconds(Instant expiresAt, Instant now) =>
        expiresAt <= now ? 0 : Math.Min((ulong)(expiresAt - now).TotalMilliseconds, TransferLimits.MaxRemainingMilliseconds);
}
