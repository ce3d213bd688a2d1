using MessagePack;
using PeerReplica.Crdts;
using PeerReplica.Wire;

namespace PeerReplica.Testing.Checking;

/// <summary>The bytes of records, wherever they are kept.</summary>
internal static class Payloads
{
    /// <summary>A record's payload; null for a removal.</summary>
    public static byte[]? Of(Record record)
    {
        if (record.IsRemoval) return null;
        var payload = new FrameBuffer();
        var output = new MessagePackWriter(payload);
        record.Parent.EncodePayload(record, ref output);
        output.Flush();
        return payload.Written.ToArray();
    }
}
