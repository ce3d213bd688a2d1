using MessagePack;
using PeerReplica.Crdts;
using PeerReplica.Wire;

namespace PeerReplica.Replication;

/// <summary>
/// The cluster's list of members, replicated like everything else: replica id -> [node name, address] or [node name, address,
/// alternatives]. A replica writes its own entry; it is removed by the replica itself when it leaves, or by another when it is forgotten.
/// </summary>
internal sealed class MembersObject(Action<OpaqueEntry> changed)
    : OpaqueObject(new ObjectIdentity("$members", ObjectKind.Members, "replica"))
{
    /// <summary>How many addresses beside the advertised one a member has at most.</summary>
    public const int MaxAlternatives = 3;

    private const int MaxAlternativeLength = 255;

    public override bool IsKey(ReadOnlySpan<byte> key)
    {
        var reader = new SpanReader(key);
        return reader.TryReadReplicaId(out _) && reader.End;
    }

    /// <summary>Whether a key is a replica's.</summary>
    public static bool IsKeyOf(ReadOnlySpan<byte> key, ReplicaId id)
    {
        var reader = new SpanReader(key);
        return reader.TryReadReplicaId(out var named) && reader.End && named == id;
    }

    public override void OnChanged(OpaqueEntry entry) => changed(entry);

    public static ReplicaId IdOf(OpaqueEntry entry)
    {
        var reader = new SpanReader(entry.Key);
        return reader.TryReadReplicaId(out var id) ? id : default;
    }

    public OpaqueEntry EntryOf(ReplicaId id) => (OpaqueEntry)EntryOf(KeyOf(id).Written);

    /// <summary>A replica's entry, if there is one.</summary>
    public OpaqueEntry? Find(ReplicaId id) => (OpaqueEntry?)Find(KeyOf(id).Written);

    private static FrameBuffer KeyOf(ReplicaId id)
    {
        var key = new FrameBuffer();
        var output = new MessagePackWriter(key);
        output.WriteReplicaId(id);
        output.Flush();
        return key;
    }

    /// <summary>Whether text may be an address at which others see a member: short, with a host and a port.</summary>
    public static bool IsAlternative(string address)
    {
        var colon = address.LastIndexOf(':');
        return address.Length <= MaxAlternativeLength && colon > 0 && ushort.TryParse(address.AsSpan(colon + 1), out var port) && port > 0;
    }

    /// <summary>An entry's payload. Entries without alternatives are written as versions before them wrote all.</summary>
    public static byte[] Encode(string nodeName, string address, IReadOnlyList<string> alternatives)
    {
        var payload = new FrameBuffer();
        var output = new MessagePackWriter(payload);
        output.WriteArrayHeader(alternatives.Count == 0 ? 2 : 3);
        output.WriteText(nodeName);
        output.WriteText(address);
        if (alternatives.Count > 0)
        {
            output.WriteArrayHeader(alternatives.Count);
            foreach (var alternative in alternatives) output.WriteText(alternative);
        }

        output.Flush();
        return payload.Written.ToArray();
    }

    /// <summary>Reads a payload. Of the alternatives, those are left out that are none, or too many.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> payload, out string nodeName, out string address, out IReadOnlyList<string> alternatives)
    {
        var reader = new SpanReader(payload);
        nodeName = "";
        address = "";
        alternatives = [];
        if (!reader.TryReadArrayHeader(out var count) || count < 2 || !reader.TryReadString(out nodeName) || !reader.TryReadString(out address)) return false;
        if (count > 2) alternatives = ReadAlternatives(ref reader);
        return true;
    }

    private static List<string> ReadAlternatives(ref SpanReader reader)
    {
        var alternatives = new List<string>();
        if (!reader.TryReadArrayHeader(out var count)) return alternatives;
        for (var i = 0; i < count && i < MaxAlternatives && reader.TryReadString(out var text); i++)
        {
            if (IsAlternative(text)) alternatives.Add(text);
        }

        return alternatives;
    }
}
