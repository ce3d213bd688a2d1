using MessagePack;
using PeerReplica.Crdts;

namespace PeerReplica.Wire;

/// <summary>What a replica registered under a name, as it says to its peers.</summary>
/// <param name="Identity">Name, kind and key encoding: what makes it one object with the peer's.</param>
/// <param name="ValueEncoding">The name of the value codec; empty where a kind has none.</param>
/// <param name="Terms">What all replicas should register alike: of a bounded counter capacity, floor and ceiling, if any; of a pool the number and the hash of its items.</param>
internal sealed record DeclaredObject(ObjectIdentity Identity, string ValueEncoding, long[] Terms)
{
    private const int MaxNameBytes = 1024;
    private const int MaxTerms = 8;

    /// <summary>Whether both sides registered the same, as far as it can be told.</summary>
    public bool Agrees(DeclaredObject other) =>
        Identity == other.Identity && ValueEncoding == other.ValueEncoding && Terms.AsSpan().SequenceEqual(other.Terms);

    public void Encode(ref MessagePackWriter output)
    {
        output.WriteArrayHeader(5);
        output.WriteText(Identity.Name);
        output.WriteUInt((ulong)Identity.Kind);
        output.WriteText(Identity.KeyEncoding);
        output.WriteText(ValueEncoding);
        output.WriteArrayHeader(Terms.Length);
        foreach (var term in Terms) output.WriteInt(term);
    }

    /// <summary>Reads one from hostile bytes.</summary>
    public static bool TryDecode(ref MessagePackReader reader, out DeclaredObject declared)
    {
        declared = null!;
        if (!reader.TryBeginArray(out var fields) || fields != 5) return false;
        if (!reader.TryReadText(MaxNameBytes, out var name) || !reader.TryReadUInt(out var kind) || kind is 0 or > byte.MaxValue) return false;
        if (!reader.TryReadText(MaxNameBytes, out var keys) || !reader.TryReadText(MaxNameBytes, out var values)) return false;
        if (!reader.TryBeginArray(out var count) || count > MaxTerms) return false;
        var terms = new long[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadInt(out terms[i])) return false;
        }

        reader.EndArray();
        reader.EndArray();
        declared = new DeclaredObject(new ObjectIdentity(name, (ObjectKind)kind, keys), values, terms);
        return true;
    }
}
