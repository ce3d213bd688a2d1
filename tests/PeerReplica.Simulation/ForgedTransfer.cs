using MessagePack;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Simulation;

/// <summary>Writes a transfer whose every field a liar chooses.</summary>
internal sealed class ForgedTransfer
{
    private readonly FrameBuffer _body = new();
    private readonly Dictionary<ReplicaId, int> _origins = [];

    /// <param name="floor">The floor that it begins with.</param>
    public ForgedTransfer(params (ReplicaId Origin, ulong Sequence)[] floor)
    {
        WriteArrayHeader(floor.Length * 2);
        foreach (var (origin, sequence) in floor)
        {
            WriteReplicaId(origin);
            WriteUInt(sequence);
        }
    }

    public static ObjectIdentity Members { get; } = new("$members", ObjectKind.Members, "replica");

    public static ObjectIdentity Consensus { get; } = new("$council", ObjectKind.Consensus, "");

    public static ObjectIdentity Decisions { get; } = new("$decisions", ObjectKind.Decisions, "slot");

    public static ObjectIdentity Map { get; } = new("m", ObjectKind.Map, "int");

    public static ObjectIdentity Tickets { get; } = new("tickets", ObjectKind.BoundedCounter, "");

    public static byte[] Nil { get; } = [MessagePackCode.Nil];

    public static byte[] KeyOf(ReplicaId id) => Written(f =>
    {
        var output = new MessagePackWriter(f);
        output.WriteReplicaId(id);
        output.Flush();
    });

    public static byte[] Written(Action<FrameBuffer> write)
    {
        var buffer = new FrameBuffer();
        write(buffer);
        return buffer.Written.ToArray();
    }

    /// <summary>An interval with one record: its last change, or that at a sequence, if there is a floor to explain that.</summary>
    public ForgedTransfer Add(
        ReplicaId origin, ulong from, ulong to, ObjectIdentity identity, byte[] key, byte[]? payload,
        (ReplicaId Origin, ulong Sequence)? observed = null, bool isDead = false, ulong? at = null, long wallMilliseconds = 1)
    {
        Begin(origin, from, to);
        var flags = (payload is null ? RecordFlags.Removal : 0) | (observed is null ? 0 : RecordFlags.Observed) | (isDead ? RecordFlags.Dead : 0);
        WriteUInt((ulong)flags);
        WriteArrayHeader(3);
        WriteText(identity.Name);
        WriteUInt((ulong)identity.Kind);
        WriteText(identity.KeyEncoding);
        WriteUInt((at ?? to) - from);
        WriteInt(wallMilliseconds);
        _body.Write(key);
        if (payload is not null) _body.Write(payload);
        if (observed is { } dot)
        {
            WriteArrayHeader(2);
            WriteOrigin(dot.Origin);
            WriteUInt(dot.Sequence);
        }

        if (isDead)
        {
            WriteOrigin(origin);
            WriteUInt(to + 1);
        }

        WriteNil();
        return this;
    }

    /// <summary>An interval without a record.</summary>
    public ForgedTransfer Add(ReplicaId origin, ulong from, ulong to)
    {
        Begin(origin, from, to);
        WriteNil();
        return this;
    }

    public byte[] Frame(ulong number, DataFlags flags = DataFlags.None) => Written(f =>
        MessageWriter.WriteData(f, new DataHeader(number, flags | DataFlags.First | DataFlags.Last | DataFlags.Fresh), _body.Written));

    private void Begin(ReplicaId origin, ulong from, ulong to)
    {
        WriteOrigin(origin);
        WriteUInt(from);
        WriteUInt(to - from);
    }

    private void WriteOrigin(ReplicaId id)
    {
        if (_origins.TryGetValue(id, out var number))
        {
            WriteUInt((ulong)number);
            return;
        }

        _origins.Add(id, _origins.Count);
        WriteReplicaId(id);
    }

    private void WriteArrayHeader(int count)
    {
        var output = new MessagePackWriter(_body);
        output.WriteArrayHeader(count);
        output.Flush();
    }

    private void WriteReplicaId(ReplicaId id) => _body.Write(KeyOf(id));

    private void WriteUInt(ulong value)
    {
        var output = new MessagePackWriter(_body);
        output.WriteUInt(value);
        output.Flush();
    }

    private void WriteInt(long value)
    {
        var output = new MessagePackWriter(_body);
        output.WriteInt(value);
        output.Flush();
    }

    private void WriteText(string text)
    {
        var output = new MessagePackWriter(_body);
        output.WriteText(text);
        output.Flush();
    }

    private void WriteNil() => _body.Write(Nil);
}
