using MessagePack;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Hostile;

/// <summary>Writes a transfer whose every field a liar chooses.</summary>
internal sealed class ForgedTransfer
{
    private readonly FrameBuffer _body = new();
    private readonly Dictionary<ReplicaId, int> _origins = [];

    /// <param name="floor">The floor that it begins with.</param>
    public ForgedTransfer(params (ReplicaId Origin, ulong Sequence)[] floor)
    {
        _body.WriteArrayHeader(floor.Length * 2);
        foreach (var (origin, sequence) in floor)
        {
            _body.WriteReplicaId(origin);
            _body.WriteUInt(sequence);
        }
    }

    public static ObjectIdentity Members { get; } = new("$members", ObjectKind.Members, "replica");

    public static ObjectIdentity Council { get; } = new("$council", ObjectKind.Council, "");

    public static ObjectIdentity Decisions { get; } = new("$decisions", ObjectKind.Decisions, "slot");

    public static ObjectIdentity Map { get; } = new("m", ObjectKind.Map, "int");

    public static ObjectIdentity Tickets { get; } = new("tickets", ObjectKind.BoundedCounter, "");

    public static byte[] Nil { get; } = [MessagePackCode.Nil];

    public static byte[] KeyOf(ReplicaId id) => Written(f => f.WriteReplicaId(id));

    public static byte[] Written(Action<FrameBuffer> write)
    {
        var buffer = new FrameBuffer();
        write(buffer);
        return buffer.Written.ToArray();
    }

    /// <summary>An interval with its last change as its only record; or of length 0, with a record at its end.</summary>
    public ForgedTransfer Add(
        ReplicaId origin, ulong from, ulong to, ObjectIdentity identity, byte[] key, byte[]? payload, (ReplicaId Origin, ulong Sequence)? observed = null, bool isDead = false)
    {
        Begin(origin, from, to);
        var flags = (payload is null ? RecordFlags.Removal : 0) | (observed is null ? 0 : RecordFlags.Observed) | (isDead ? RecordFlags.Dead : 0);
        _body.WriteUInt((ulong)flags);
        _body.WriteArrayHeader(3);
        _body.WriteText(identity.Name);
        _body.WriteUInt((ulong)identity.Kind);
        _body.WriteText(identity.KeyEncoding);
        _body.WriteUInt(to - from);
        _body.WriteInt(1);
        _body.Write(key);
        if (payload is not null) _body.Write(payload);
        if (observed is { } dot)
        {
            _body.WriteArrayHeader(2);
            WriteOrigin(dot.Origin);
            _body.WriteUInt(dot.Sequence);
        }

        if (isDead)
        {
            WriteOrigin(origin);
            _body.WriteUInt(to + 1);
        }

        _body.WriteNil();
        return this;
    }

    /// <summary>An interval without a record.</summary>
    public ForgedTransfer Add(ReplicaId origin, ulong from, ulong to)
    {
        Begin(origin, from, to);
        _body.WriteNil();
        return this;
    }

    public byte[] Frame(ulong number, DataFlags flags = DataFlags.None) => Written(f =>
        MessageWriter.WriteData(f, new DataHeader(number, flags | DataFlags.First | DataFlags.Last | DataFlags.Fresh), _body.Written));

    private void Begin(ReplicaId origin, ulong from, ulong to)
    {
        WriteOrigin(origin);
        _body.WriteUInt(from);
        _body.WriteUInt(to - from);
    }

    private void WriteOrigin(ReplicaId id)
    {
        if (_origins.TryGetValue(id, out var number))
        {
            _body.WriteUInt((ulong)number);
            return;
        }

        _origins.Add(id, _origins.Count);
        _body.WriteReplicaId(id);
    }
}
