using System.Buffers;
using PeerReplica.Wire;

namespace PeerReplica.Hosting.Codecs;

/// <summary>A codec made of two functions.</summary>
internal sealed class NativeCodec<T>(string name, Action<T, IBufferWriter<byte>> encode, NativeCodec<T>.Reader decode) : ValueCodec<T>
{
    public delegate bool Reader(ref MessagePackReader reader, out T value);

    public override string Name => name;

    public override void Encode(T value, IBufferWriter<byte> output) => encode(value, output);

    public override bool TryDecode(ReadOnlySpan<byte> bytes, out T value)
    {
        var reader = new MessagePackReader(bytes);
        return decode(ref reader, out value) && reader.End;
    }
}
