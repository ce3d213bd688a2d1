using PeerReplica.Crdts;

namespace PeerReplica.Tests.Wire;

public sealed class RecordProofTests
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(20, true)]
    public void What_was_written_is_read(int depth, bool withObserved)
    {
        var proof = Proof(depth, withObserved);
        var bytes = Encode(proof, withObserved: true);
        Assert.True(RecordProof.TryRead(bytes, out var raw));
        Assert.Equal(proof.Batch.PublicKey, raw.PublicKey);
        Assert.Equal(proof.Batch.Signature, raw.Signature);
        Assert.Equal(proof.Index, raw.Index);
        Assert.Equal(proof.Path, raw.Path);
        Assert.Equal(proof.ObservedDigest ?? [], raw.ObservedDigest.ToArray());
    }

    [Fact]
    public void A_record_that_carries_its_dots_needs_no_digest_of_them()
    {
        Assert.True(RecordProof.TryRead(Encode(Proof(2, true), withObserved: false), out var raw));
        Assert.True(raw.ObservedDigest.IsEmpty);
    }

    [Fact]
    public void Bytes_that_are_no_proof_are_refused()
    {
        var bytes = Encode(Proof(1, true), withObserved: true);
        for (var length = 0; length < bytes.Length; length++)
        {
            // Cut between two hashes it is another path, whose index is beyond it.
            Assert.False(RecordProof.TryRead(bytes.AsSpan(0, length), out _), $"{length} bytes");
        }

        Assert.False(RecordProof.TryRead([.. bytes, 0], out _));
        byte[] unknownFlag = [2, .. bytes.AsSpan(1)];
        Assert.False(RecordProof.TryRead(unknownFlag, out _));
        Assert.False(RecordProof.TryRead(Encode(Proof(21, false), withObserved: true), out _));
    }

    [Fact]
    public void An_index_beyond_the_path_is_refused()
    {
        Assert.True(RecordProof.TryRead(Encode(Proof(2, false) with { Index = 3 }, withObserved: true), out _));
        Assert.False(RecordProof.TryRead(Encode(Proof(2, false) with { Index = 4 }, withObserved: true), out _));
    }

    private static RecordProof Proof(int depth, bool withObserved) => new(
        new SignedBatch(Bytes(RecordProof.PublicKeyBytes, 1), Bytes(RecordProof.SignatureBytes, 2)), depth == 0 ? 0 : 1u, Bytes(depth * 32, 3), withObserved ? Bytes(32, 4) : null);

    private static byte[] Bytes(int count, byte first) => [.. Enumerable.Range(0, count).Select(i => (byte)(first + i))];

    private static byte[] Encode(RecordProof proof, bool withObserved)
    {
        var bytes = new byte[proof.EncodedBytes(withObserved)];
        proof.Encode(bytes, withObserved);
        return bytes;
    }
}
