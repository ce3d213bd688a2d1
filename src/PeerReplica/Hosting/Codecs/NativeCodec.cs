using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Hosting.Codecs;

/// <summary>A codec made of two functions, and a third where decoding allocates: one that passes over what would be decoded.</summary>
internal sealed class NativeCodec<T>(
    string name, NativeCodec<T>.Writer encode, NativeCodec<T>.Reader decode, NativeCodec<T>.Skipper? skip = null) : ValueCodec<T>
{
    public delegate void Writer(T value, ref MessagePackWriter output);

    public delegate bool Reader(ref SpanReader reader, out T value);

    public delegate bool Skipper(ref SpanReader reader);

    public override string Name => name;

    public override void Encode(T value, ref MessagePackWriter output) => encode(value, ref output);

    public override bool TryDecode(ReadOnlySpan<byte> bytes, out T value)
    {
        var reader = new SpanReader(bytes);
        return decode(ref reader, out value) && reader.End;
    }

    public override bool CanDecode(ReadOnlySpan<byte> bytes)
    {
        if (skip is null) return TryDecode(bytes, out _);
        var reader = new SpanReader(bytes);
        return skip(ref reader) && reader.End;
    }
}
