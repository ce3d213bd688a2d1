using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Security;

/// <summary>
/// The first frame on an encrypted channel, from the dialer first: <c>[1, least version, greatest version, nonce, [capability, ...], ...]</c>. It names neither replica, node,
/// cluster nor address. Fields beyond these and capabilities that are not known are passed over.
/// </summary>
internal sealed record HelloFrame(uint MinVersion, uint MaxVersion, byte[] Nonce, IReadOnlyList<string> Capabilities)
{
    public const int NonceBytes = 32;
    private const ulong Type = 1;
    private const int MaxCapabilities = 32;
    private const int MaxCapabilityBytes = 64;

    /// <summary>Whether a peer with another range speaks a version that this one speaks.</summary>
    public bool Overlaps(HelloFrame other) => MinVersion <= other.MaxVersion && other.MinVersion <= MaxVersion;

    public byte[] Encode()
    {
        var frame = new FrameBuffer();
        var output = new MessagePackWriter(frame);
        output.WriteArrayHeader(5);
        output.WriteUInt(Type);
        output.WriteUInt(MinVersion);
        output.WriteUInt(MaxVersion);
        output.WriteBinary(Nonce);
        output.WriteArrayHeader(Capabilities.Count);
        foreach (var capability in Capabilities) output.WriteText(capability);
        output.Flush();
        return frame.Written.ToArray();
    }

    /// <summary>Reads a hello from hostile bytes; null when they are none.</summary>
    public static HelloFrame? Decode(ReadOnlySpan<byte> frame)
    {
        var reader = new SpanReader(frame);
        if (!reader.TryReadArrayHeader(out var fields) || fields < 5 || !reader.TryReadUInt(out var type) || type != Type) return null;
        if (!reader.TryReadUInt(out var min) || !reader.TryReadUInt(out var max) || min > max || max > uint.MaxValue) return null;
        if (!reader.TryReadBinary(out var nonce) || nonce.Length != NonceBytes) return null;
        if (!reader.TryReadArrayHeader(out var count) || count > MaxCapabilities) return null;
        var capabilities = new string[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadString(out var capability) || capability.Length > MaxCapabilityBytes) return null;
            capabilities[i] = capability;
        }

        for (var i = 5; i < fields; i++)
        {
            if (!reader.TrySkip()) return null;
        }

        return reader.End ? new HelloFrame((uint)min, (uint)max, nonce.ToArray(), capabilities) : null;
    }
}
