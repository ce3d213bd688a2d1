using System.Buffers.Binary;
using System.Security.Cryptography;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Testing;

/// <summary>
/// Signs by a keyed hash: deterministic and fast. Whoever holds the object signs as its run and as nobody else; all that is needed in
/// one process, where everybody could compute everything.
/// </summary>
internal sealed class SimulatedSigner : IRecordSigner
{
    public SimulatedSigner(UInt128 run)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, run);
        PublicKey = SHA512.HashData(bytes);
    }

    public byte[] PublicKey { get; }

    public ReplicaId Id => SigningId.Of(PublicKey);

    public byte[] Sign(ReadOnlySpan<byte> root) => HMACSHA512.HashData(PublicKey, root);
}
