using MessagePack;
using PeerReplica.Hosting.Codecs;

namespace PeerReplica.Hosting.LocalState;

/// <summary>Writes nil.</summary>
internal sealed class UnitCodec : ValueCodec<UnitKey>
{
    public static UnitCodec Instance { get; } = new();

    public override string Name => "";

    public override void Encode(UnitKey value, ref MessagePackWriter output) => output.WriteNil();

    public override bool TryDecode(ReadOnlySpan<byte> bytes, out UnitKey value)
    {
        value = default;
        return bytes is [MessagePackCode.Nil];
    }
}
