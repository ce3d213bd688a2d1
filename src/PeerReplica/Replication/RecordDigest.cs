using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// The digest of a record that a signature covers: cluster, origin, object, key, sequence, stamp, payload or removal, the dots that it
/// observed, and whether it has a time to live. Not the remaining time, which differs at each replica, and not whether it is dead.
/// </summary>
internal sealed class RecordDigest(string clusterName)
{
    /// <summary>Before what is hashed to a leaf, and to an inner node.</summary>
    public const byte LeafPrefix = 0;
    public const byte InnerPrefix = 1;

    private static readonly byte[] s_noObserved = new byte[MerkleTree.HashBytes];
    private readonly byte[] _cluster = SHA256.HashData(Encoding.UTF8.GetBytes($"PeerReplica record 1\0{clusterName}"));
    private readonly FrameBuffer _input = new();
    private readonly List<(ReplicaId Origin, ulong Sequence)> _dots = [];

    /// <param name="origin">The record's origin.</param>
    /// <param name="identity">Its object.</param>
    /// <param name="key">Its key, encoded.</param>
    /// <param name="content">Its sequence, stamp and flags; of the flags removal and expiry count.</param>
    /// <param name="payload">Its payload; empty for a removal.</param>
    /// <param name="observedDigest">The digest of what it observed; empty for nothing.</param>
    /// <param name="digest">Takes the digest.</param>
    public void Compute(
        ReplicaId origin,
        ObjectIdentity identity,
        ReadOnlySpan<byte> key,
        (ulong Sequence, HybridTimestamp Stamp, RecordFlags Flags) content,
        ReadOnlySpan<byte> payload,
        ReadOnlySpan<byte> observedDigest,
        Span<byte> digest)
    {
        _input.Reset(keepBytes: 1 << 16);
        Write(LeafPrefix);
        _input.Write(_cluster);
        Write(origin);
        Write((byte)identity.Kind);
        Write((byte)(content.Flags & (RecordFlags.Removal | RecordFlags.Expiry)));
        Write(content.Sequence);
        Write(content.Stamp.Bits);
        WritePart(identity.Name);
        WritePart(identity.KeyEncoding);
        Write((ulong)key.Length);
        _input.Write(key);
        _input.Write(observedDigest.IsEmpty ? s_noObserved : observedDigest);
        SHA256.HashData(payload, digest);
        _input.Write(digest[..MerkleTree.HashBytes]);
        SHA256.HashData(_input.Written, digest);
    }

    /// <summary>The digest of the dots that a record observed, whatever their order; null if there are none.</summary>
    public byte[]? OfObserved(Dot[]? observed, OriginTable origins)
    {
        if (observed is null || observed.Length == 0) return null;
        _dots.Clear();
        foreach (var dot in observed) _dots.Add((origins[dot.Origin], dot.Sequence));
        return OfDots();
    }

    /// <summary>Likewise for a record that arrives.</summary>
    public byte[]? OfObserved(ReadOnlySpan<(int Origin, ulong Sequence)> observed, List<ReplicaId> origins)
    {
        if (observed.IsEmpty) return null;
        _dots.Clear();
        foreach (var dot in observed) _dots.Add((origins[dot.Origin], dot.Sequence));
        return OfDots();
    }

    private byte[] OfDots()
    {
        _dots.Sort();
        _input.Reset(keepBytes: 1 << 16);
        foreach (var (origin, sequence) in _dots)
        {
            Write(origin);
            Write(sequence);
        }

        return SHA256.HashData(_input.Written);
    }

    private void Write(byte value) => _input.Write([value]);

    private void Write(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        _input.Write(bytes);
    }

    private void Write(ReplicaId id)
    {
        Span<byte> bytes = stackalloc byte[ReplicaIdCodec.Bytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id.Value);
        _input.Write(bytes);
    }

    private void WritePart(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Write((ulong)bytes.Length);
        _input.Write(bytes);
    }
}
