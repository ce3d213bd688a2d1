using MessagePack;
using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// Signs the protected records (<see cref="Ownership.IsProtected"/>) that are published here, and verifies those of others.
/// <list type="number">
/// <item>One signature covers all that were published since the one before. It is made when a transfer begins: nothing goes out unsigned, and
/// nothing is signed for nobody.</item>
/// <item>A protected record of an origin that signs (<see cref="SigningId"/>) counts only with a valid proof, whoever sends it. So
/// whatever is stored here can be shown to everybody.</item>
/// <item>Each signature is verified once, as long as it is among the last <see cref="MaxVerified"/>.</item>
/// </list>
/// </summary>
internal sealed class RecordProofs(string clusterName, IRecordSigner? signer, IRecordVerifier verifier)
{
    /// <summary>How many verified signatures are remembered.</summary>
    public const int MaxVerified = 65_536;

    private readonly RecordDigest _digest = new(clusterName);
    private readonly HashSet<Entry> _unsigned = [];
    /// <summary>The batches whose signature was verified, by public key and root.</summary>
    private readonly Dictionary<byte[], SignedBatch> _verified = new(KeyBytesComparer.Instance);
    private readonly Queue<byte[]> _order = new();
    private readonly FrameBuffer _scratch = new();

    /// <summary>How many signatures were made here.</summary>
    public long Signed { get; private set; }

    /// <summary>How many signatures were verified, the false ones among them.</summary>
    public long Verified { get; private set; }

    /// <summary>How many more signatures may be verified for the transfer that is judged.</summary>
    public int Allowance { get; set; } = int.MaxValue;

    /// <summary>Whether an origin's record of a kind counts only with a proof.</summary>
    public static bool AreRequired(ReplicaId origin, ObjectKind kind) =>
        Ownership.IsProtected(kind) && SigningId.Signs(origin);

    /// <summary>A record of an entry was published here.</summary>
    public void Published(Entry entry)
    {
        if (signer is not null && Ownership.IsProtected(entry.Object.Kind)) _unsigned.Add(entry);
    }

    /// <summary>Signs what was published here since the last call.</summary>
    public void Sign(OriginTable origins)
    {
        if (_unsigned.Count == 0) return;
        var records = new List<Record>(_unsigned.Count);
        foreach (var entry in _unsigned)
        {
            if (entry.Component(OriginTable.Self) is { Proof: null } record) records.Add(record);
        }

        _unsigned.Clear();
        if (_unsigned.Capacity > 4_096) _unsigned.TrimExcess();
        const int most = 1 << MerkleTree.MaxDepth;
        for (var from = 0; from < records.Count; from += most) Sign(records.Slice(from, Math.Min(most, records.Count - from)), origins);
    }

    private void Sign(List<Record> records, OriginTable origins)
    {
        var leaves = new byte[records.Count * MerkleTree.HashBytes];
        var observed = new byte[]?[records.Count];
        for (var i = 0; i < records.Count; i++)
        {
            observed[i] = _digest.OfObserved(records[i].Observed, origins);
            Compute(records[i], origins, observed[i], leaves.AsSpan(i * MerkleTree.HashBytes));
        }

        var tree = new MerkleTree(leaves);
        var batch = new SignedBatch(signer!.PublicKey, signer.Sign(tree.Root));
        Signed++;
        for (var i = 0; i < records.Count; i++) records[i].Proof = new RecordProof(batch, (uint)i, tree.PathOf(i), observed[i]);
    }

    private void Compute(Record record, OriginTable origins, byte[]? observed, Span<byte> digest)
    {
        var flags = (record.IsRemoval ? RecordFlags.Removal : 0) | (record.ExpiresAt.Ticks != 0 ? RecordFlags.Expiry : 0);
        _scratch.Reset(keepBytes: 1 << 16);
        var output = new MessagePackWriter(_scratch);
        record.Parent.EncodeKey(ref output);
        output.Flush();
        var length = _scratch.Length;
        if (!record.IsRemoval) record.Parent.EncodePayload(record, ref output);
        output.Flush();
        _digest.Compute(
            origins[record.Origin], record.Parent.Object, _scratch.Written[..length], (record.Sequence, record.Stamp, flags), _scratch.Written[length..], observed, digest);
    }

    /// <summary>Whether the proof that came with a record holds.</summary>
    /// <param name="origin">The record's origin.</param>
    /// <param name="identity">Its object.</param>
    /// <param name="record">The record.</param>
    /// <param name="origins">The link's numbers of origins.</param>
    /// <param name="proof">The proof, to be kept with the record.</param>
    public ProofVerdict Verify(ReplicaId origin, ObjectIdentity identity, in RawRecord record, List<ReplicaId> origins, out RecordProof? proof)
    {
        proof = null;
        if (record.Proof.IsEmpty) return ProofVerdict.Missing;
        if (!RecordProof.TryRead(record.Proof, out var raw)) return ProofVerdict.False;
        var observed = record.Observed.IsEmpty
            ? raw.ObservedDigest.IsEmpty ? null : raw.ObservedDigest.ToArray()
            : _digest.OfObserved(record.Observed, origins);
        Span<byte> signed = stackalloc byte[RecordProof.PublicKeyBytes + MerkleTree.HashBytes];
        raw.PublicKey.CopyTo(signed);
        Span<byte> leaf = stackalloc byte[MerkleTree.HashBytes];
        _digest.Compute(origin, identity, record.Key, (record.Sequence, record.Stamp, record.Flags), record.Payload, observed, leaf);
        MerkleTree.RootOf(leaf, raw.Index, raw.Path, signed[RecordProof.PublicKeyBytes..]);
        if (SigningId.Of(raw.PublicKey) != origin) return ProofVerdict.False;
        if (!_verified.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(signed, out var batch))
        {
            if (Allowance <= 0) return ProofVerdict.TooMany;
            Allowance--;
            Verified++;
            if (!verifier.Verify(raw.PublicKey, signed[RecordProof.PublicKeyBytes..], raw.Signature)) return ProofVerdict.False;
            batch = Remember(signed, raw);
        }

        proof = new RecordProof(batch, raw.Index, raw.Path.ToArray(), observed);
        return ProofVerdict.Holds;
    }

    private SignedBatch Remember(ReadOnlySpan<byte> signed, in RawProof raw)
    {
        var batch = new SignedBatch(raw.PublicKey.ToArray(), raw.Signature.ToArray());
        var key = signed.ToArray();
        _verified.Add(key, batch);
        _order.Enqueue(key);
        if (_order.Count > MaxVerified) _verified.Remove(_order.Dequeue());
        return batch;
    }
}
