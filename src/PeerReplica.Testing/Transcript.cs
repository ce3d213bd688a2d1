using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PeerReplica.Testing;

/// <summary>A running hash of every frame that was delivered, with its time: two runs with the same transcript did the same.</summary>
internal sealed class Transcript : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void Add(long at, int from, int to, ReadOnlySpan<byte> frame)
    {
        Span<byte> head = stackalloc byte[20];
        BinaryPrimitives.WriteInt64LittleEndian(head, at);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], from);
        BinaryPrimitives.WriteInt32LittleEndian(head[12..], to);
        BinaryPrimitives.WriteInt32LittleEndian(head[16..], frame.Length);
        _hash.AppendData(head);
        _hash.AppendData(frame);
    }

    public string Current() => Convert.ToHexStringLower(_hash.GetCurrentHash().AsSpan(0, 8));

    public void Dispose() => _hash.Dispose();
}
