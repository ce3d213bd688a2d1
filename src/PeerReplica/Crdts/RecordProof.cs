using System.Buffers.Binary;

namespace PeerReplica.Crdts;

/// <summary>
/// What shows that a record's origin published it: the origin's signature over a Merkle root, and the path from the record to the root.
/// Immutable. Records of one batch share <see cref="Batch"/>.
/// </summary>
/// <param name="Batch">What was signed.</param>
/// <param name="Index">The record's place among the leaves.</param>
/// <param name="Path">The sibling hashes from the leaf to the root.</param>
/// <param name="ObservedDigest">
/// The digest of the dots that the record observed; null if it observed none. Kept since a record's dots are dropped once all members
/// have applied it.
/// </param>
internal sealed record RecordProof(SignedBatch Batch, uint Index, byte[] Path, byte[]? ObservedDigest)
{
    public const int PublicKeyBytes = 64;
    public const int SignatureBytes = 64;

    /// <summary>The bytes of a hash: SHA-256.</summary>
    public const int HashBytes = 32;

    /// <summary>The most hashes of a path: a batch has over a million records at most.</summary>
    public const int MaxDepth = 20;

    private const int HeadBytes = 1 + PublicKeyBytes + SignatureBytes + 4;
    private const byte HasObservedDigest = 1;

    /// <summary>How many bytes <see cref="Encode"/> writes.</summary>
    public int EncodedBytes(bool withObserved) => HeadBytes + (withObserved && ObservedDigest is not null ? HashBytes : 0) + Path.Length;

    /// <summary>Writes flags, public key, signature, index, digest of observed dots (if the record does not carry them any more), path.</summary>
    public void Encode(Span<byte> output, bool withObserved)
    {
        withObserved &= ObservedDigest is not null;
        output[0] = withObserved ? HasObservedDigest : (byte)0;
        Batch.PublicKey.CopyTo(output[1..]);
        Batch.Signature.CopyTo(output[(1 + PublicKeyBytes)..]);
        BinaryPrimitives.WriteUInt32BigEndian(output[(1 + PublicKeyBytes + SignatureBytes)..], Index);
        var rest = output[HeadBytes..];
        if (withObserved)
        {
            ObservedDigest.CopyTo(rest);
            rest = rest[HashBytes..];
        }

        Path.CopyTo(rest);
    }

    /// <summary>Reads what <see cref="Encode"/> wrote from hostile bytes; false if they are not exactly that.</summary>
    public static bool TryRead(ReadOnlySpan<byte> input, out RawProof proof)
    {
        proof = default;
        if (input.Length < HeadBytes || input[0] > HasObservedDigest) return false;
        proof.PublicKey = input.Slice(1, PublicKeyBytes);
        proof.Signature = input.Slice(1 + PublicKeyBytes, SignatureBytes);
        proof.Index = BinaryPrimitives.ReadUInt32BigEndian(input[(1 + PublicKeyBytes + SignatureBytes)..]);
        var rest = input[HeadBytes..];
        if (input[0] == HasObservedDigest)
        {
            if (rest.Length < HashBytes) return false;
            proof.ObservedDigest = rest[..HashBytes];
            rest = rest[HashBytes..];
        }

        if (rest.Length % HashBytes != 0 || rest.Length > MaxDepth * HashBytes) return false;
        proof.Path = rest;
        return rest.Length > 0 ? proof.Index < 1u << (rest.Length / HashBytes) : proof.Index == 0;
    }
}
