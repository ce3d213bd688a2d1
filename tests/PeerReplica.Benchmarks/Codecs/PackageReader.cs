using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Benchmarks.Codecs;

/// <summary>Acknowledge and Heartbeat read with the package, as <see cref="MessageReader"/> reads them by hand: what the protocol refuses is refused.</summary>
internal static class PackageReader
{
    public static bool TryReadAcknowledge(byte[] frame)
    {
        try
        {
            var reader = new MessagePackReader(frame);
            return reader.TryBeginArray(out _) && reader.TryReadUInt(out _) && reader.TryReadUInt(out _) && reader.ReadVector() is not null;
        }
        catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException or OverflowException)
        {
            return false;
        }
    }

    public static bool TryReadHeartbeat(byte[] frame)
    {
        try
        {
            var reader = new MessagePackReader(frame);
            if (!reader.TryBeginArray(out _)) return false;
            for (var i = 0; i < 7; i++)
            {
                if (!reader.TryReadUInt(out _)) return false;
            }

            return true;
        }
        catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException or OverflowException)
        {
            return false;
        }
    }
}
