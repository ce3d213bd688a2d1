using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>A transfer's bytes as a peer may make them up, and a store's verdict on them.</summary>
internal sealed class TransferBytes
{
    public const DataFlags Whole = DataFlags.First | DataFlags.Last | DataFlags.Fresh;
    private readonly FrameBuffer _body = new();
    private readonly Dictionary<ReplicaId, int> _origins = [];
    private readonly Dictionary<ObjectIdentity, int> _objects = [];
    private ulong _last;

    public TransferBytes(params (ReplicaId Origin, ulong Sequence)[] floor)
    {
        _body.WriteArrayHeader(floor.Length * 2);
        foreach (var (origin, sequence) in floor)
        {
            _body.WriteReplicaId(origin);
            _body.WriteUInt(sequence);
        }
    }

    public static byte[] Nil { get; } = [MessagePackCode.Nil];

    public byte[] Body => _body.Written.ToArray();

    /// <summary>Takes it that an earlier transfer on the link has named an origin and an object.</summary>
    public void Number(ReplicaId origin, ObjectIdentity identity)
    {
        _origins.Add(origin, _origins.Count);
        _objects.Add(identity, _objects.Count);
    }

    public TransferBytes Begin(ReplicaId origin, ulong from, ulong to)
    {
        WriteOrigin(origin);
        _body.WriteUInt(from);
        _body.WriteUInt(to - from);
        _last = from;
        return this;
    }

    public TransferBytes Record(
        ObjectIdentity identity, byte[] key, byte[]? payload, ulong? at = null, long wall = 1,
        (ReplicaId Origin, ulong Sequence)? observed = null, ulong? expiry = null,
        (ulong? Window, ulong? Last)? sliding = null, (ReplicaId Origin, ulong Sequence)? killer = null)
    {
        var flags = payload is null ? RecordFlags.Removal : RecordFlags.None;
        if (observed is not null) flags |= RecordFlags.Observed;
        if (expiry is not null) flags |= RecordFlags.Expiry;
        if (sliding is not null) flags |= RecordFlags.Sliding;
        if (killer is not null) flags |= RecordFlags.Dead;
        _body.WriteUInt((ulong)flags);
        WriteObject(identity);
        var sequence = at ?? _last + 1;
        _body.WriteUInt(sequence - _last);
        _last = sequence;
        _body.WriteInt(wall);
        _body.Write(key);
        if (payload is not null) _body.Write(payload);
        if (observed is { } dot)
        {
            _body.WriteArrayHeader(2);
            WriteOrigin(dot.Origin);
            _body.WriteUInt(dot.Sequence);
        }

        if (expiry is { } remaining) _body.WriteUInt(remaining);
        if (sliding is { } window)
        {
            _body.WriteUInt(window.Window ?? 1);
            if (window.Last is { } last) _body.WriteUInt(last);
            else _body.WriteNil();
        }

        if (killer is not { } by) return this;
        WriteOrigin(by.Origin);
        _body.WriteUInt(by.Sequence);
        return this;
    }

    public TransferBytes End()
    {
        _body.WriteNil();
        return this;
    }

    public DeltaVerdict Judge(Store store, TransferLimits limits, DataFlags flags = DataFlags.None,
        DeltaReaderState? state = null, VersionVector? floor = null) =>
        store.Judge(_body.Written, flags | Whole, state ?? new DeltaReaderState(), floor ?? new VersionVector(),
            limits);

    private void WriteOrigin(ReplicaId id)
    {
        if (_origins.TryAdd(id, _origins.Count)) _body.WriteReplicaId(id);
        else _body.WriteUInt((ulong)_origins[id]);
    }

    private void WriteObject(ObjectIdentity identity)
    {
        if (!_objects.TryAdd(identity, _objects.Count))
        {
            _body.WriteUInt((ulong)_objects[identity]);
            return;
        }

        _body.WriteArrayHeader(3);
        _body.WriteText(identity.Name);
        _body.WriteUInt((ulong)identity.Kind);
        _body.WriteText(identity.KeyEncoding);
    }
}
