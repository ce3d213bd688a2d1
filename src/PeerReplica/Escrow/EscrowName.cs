using MessagePack;
using PeerReplica.Crdts;
using PeerReplica.Wire;

namespace PeerReplica.Escrow;

/// <summary>Names an object whose units are held in accounts: a bounded counter or a pool.</summary>
internal readonly record struct EscrowName(ObjectKind Kind, string Name) : IComparable<EscrowName>
{
    public int CompareTo(EscrowName other)
    {
        var byKind = Kind.CompareTo(other.Kind);
        return byKind != 0 ? byKind : string.CompareOrdinal(Name, other.Name);
    }

    public void Encode(ref MessagePackWriter output)
    {
        output.WriteArrayHeader(2);
        output.WriteUInt((ulong)Kind);
        output.WriteText(Name);
    }

    public static bool TryDecode(ref SpanReader reader, out EscrowName name)
    {
        name = default;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 2) return false;
        if (!reader.TryReadUInt(out var kind) || kind > byte.MaxValue || !reader.TryReadString(out var text)) return false;
        name = new EscrowName((ObjectKind)kind, text);
        return true;
    }
}
