using PeerReplica.Security;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Security;

public sealed class HandshakeTranscriptTests
{
    private static readonly byte[][] s_parts = [[1, 2], [3, 4], [5, 6, 7], [8]];

    [Fact]
    public void A_proof_covers_the_role_both_certificates_and_both_hellos()
    {
        var secrets = new SharedSecrets([Secrets.First]);
        var proof = secrets.Prove(Of(true, s_parts));
        Assert.Equal(0, secrets.Verify(Of(true, s_parts), proof));
        Assert.Equal(-1, secrets.Verify(Of(false, s_parts), proof));
        for (var part = 0; part < s_parts.Length; part++)
        {
            for (var bit = 0; bit < 8 * s_parts[part].Length; bit++)
            {
                byte[][] altered = [.. s_parts.Select(p => p.ToArray())];
                altered[part][bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.Equal(-1, secrets.Verify(Of(true, altered), proof));
            }
        }
    }

    [Fact]
    public void Parts_of_other_lengths_never_make_the_same_transcript()
    {
        Assert.NotEqual(Of(true, [[1], [2, 3], [4], [5]]), Of(true, [[1, 2], [3], [4], [5]]));
        Assert.NotEqual(Of(true, [[1], [2], [3, 4], [5]]), Of(true, [[1], [2], [3], [4, 5]]));
        Assert.NotEqual(Of(true, [[1], [2], [3], [4]]), Of(true, [[2], [1], [3], [4]]));
    }

    /// <summary>The bytes are the protocol: replicas of two releases prove the same. Computed by another implementation from docs/reference/protocol.md.</summary>
    [Fact]
    public void The_proof_is_the_one_on_file() =>
        Assert.Equal(
            "a1f45f3659281f2fdaeb2a8cc7e94a1b0f76a51f9ca364d354e447e369c57574",
            Convert.ToHexStringLower(new SharedSecrets(["q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="]).Prove(Of(true, s_parts))[0]));

    [Fact]
    public void A_hello_is_the_one_on_file()
    {
        var hello = new HelloFrame(1, 2, [.. Enumerable.Range(0, 32).Select(i => (byte)i)], ["a"]);
        const string file = "950101 02c420000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f91a161";
        Assert.Equal(file.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexStringLower(hello.Encode()));
        var read = HelloFrame.Decode(hello.Encode());
        Assert.NotNull(read);
        Assert.Equal((1u, 2u, "a"), (read.MinVersion, read.MaxVersion, Assert.Single(read.Capabilities)));
    }

    [Fact]
    public void Hostile_frames_are_no_hello_and_no_proof()
    {
        var random = new Random(20_261_127);
        byte[][] good = [new HelloFrame(1, 2, new byte[32], ["a", "b"]).Encode(), ProofFrame.Encode([new byte[32], new byte[32]])];
        for (var i = 0; i < 200_000; i++)
        {
            var frame = good[i % 2].ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--) frame[random.Next(frame.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) frame = frame[..random.Next(frame.Length)];
            Assert.True(HelloFrame.Decode(frame) is null or { Nonce.Length: 32 });
            Assert.True(ProofFrame.Decode(frame) is null or { Length: <= SharedSecrets.MaxSecrets });
        }

        Assert.Null(ProofFrame.Decode(ProofFrame.Encode([.. Enumerable.Range(0, 5).Select(_ => new byte[32])])));
        Assert.Null(ProofFrame.Decode(ProofFrame.Encode([])));
    }

    private static byte[] Of(bool isDialer, byte[][] parts) => HandshakeTranscript.Of(isDialer, parts[0], parts[1], parts[2], parts[3]);
}
