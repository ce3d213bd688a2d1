using System.Security.Cryptography;
using PeerReplica.Wire;

namespace PeerReplica.Testing;

/// <summary>Verifies what <see cref="SimulatedSigner"/>s signed.</summary>
internal sealed class SimulatedVerifier : IRecordVerifier
{
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> root, ReadOnlySpan<byte> signature) =>
        signature.SequenceEqual(HMACSHA512.HashData(publicKey, root));
}
