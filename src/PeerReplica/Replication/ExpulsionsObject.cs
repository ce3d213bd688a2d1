using MessagePack;
using PeerReplica.Crdts;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// Whom operators have expelled, replicated like everything else: identity -> [whether it is expelled]. Each replica
/// has a record of its own for each identity, which no other replica's record can end; the latest one decides.
/// </summary>
internal sealed class ExpulsionsObject(Action<OpaqueEntry> changed)
    : OpaqueObject(new ObjectIdentity("$expulsions", ObjectKind.Expulsions, "identity"))
{
    /// <summary>Longer than any name of a certificate or key.</summary>
    public const int MaxIdentityBytes = 512;

    /// <summary>How many identities a replica decides on, those that were readmitted among them.</summary>
    public const int MaxIdentities = 1024;

    /// <summary>
    /// How many are taken from peers: more than honest ones decide on at the same time. Changes of an origin beyond that
    /// are held back.
    /// </summary>
    public const int MaxFromPeers = 4 * MaxIdentities;

    public override bool IsKey(ReadOnlySpan<byte> key) => IsIdentity(key);

    public override void OnChanged(OpaqueEntry entry) => changed(entry);

    /// <summary>Whether a record is one that this object can hold: no removal, no expiry, nothing observed.</summary>
    public static bool IsSound(in RawRecord record) =>
        !record.Has(RecordFlags.Removal) && !record.Has(RecordFlags.Observed) && !record.Has(RecordFlags.Expiry)
        && IsIdentity(record.Key) && TryRead(record.Payload, out _);

    public static string IdentityOf(OpaqueEntry entry)
    {
        var reader = new SpanReader(entry.Key);
        return reader.TryReadString(out var identity) ? identity : "";
    }

    public static byte[] KeyOf(string identity)
    {
        var key = new FrameBuffer();
        var output = new MessagePackWriter(key);
        output.WriteText(identity);
        output.Flush();
        return key.Written.ToArray();
    }

    public static byte[] Encode(bool isExpelled)
    {
        var payload = new FrameBuffer();
        var output = new MessagePackWriter(payload);
        output.WriteArrayHeader(1);
        output.WriteBool(isExpelled);
        output.Flush();
        return payload.Written.ToArray();
    }

    /// <summary>Reads a decision. Fields that a later version adds are passed over.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out bool isExpelled)
    {
        isExpelled = false;
        var reader = new SpanReader(payload);
        return reader.TryReadArrayHeader(out var count) && count >= 1 && reader.TryReadBool(out isExpelled);
    }

    private static bool IsIdentity(ReadOnlySpan<byte> key)
    {
        var reader = new SpanReader(key);
        return reader.TryReadUtf8(out var identity) && identity.Length is > 0 and <= MaxIdentityBytes && reader.End;
    }
}
