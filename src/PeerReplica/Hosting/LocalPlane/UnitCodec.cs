using System.Buffers;
using PeerReplica.Hosting.Codecs;
using PeerReplica.Wire;

namespace PeerReplica.Hosting.LocalPlane;

/// <summary>Writes nil.</summary>
internal sealed class UnitCodec : ValueCodec<UnitKey>
{
    public static UnitCodec Instance { get; } = new();

    public override string Name => "";

    public override void Encode(UnitKey value, IBufferWriter<byte> output) => output.WriteNil();

    public override bool TryDecode(ReadOnlySpan<byte> bytes, out UnitKey value)
    {
        value = default;
        return bytes is [MessagePackCode.Nil];
    }
}
