using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Escrow;

/// <summary>The first grant of an object's rights, divided among accounts. Of one object the first decision that holds one counts.</summary>
/// <param name="Object">The object.</param>
/// <param name="Shares">Who gets what.</param>
internal sealed record InitialGrant(EscrowName Object, InitialGrantShare[] Shares);

/// <summary>One account's part of an initial grant.</summary>
/// <param name="Account">The account.</param>
/// <param name="Down">Rights to take.</param>
/// <param name="Up">Rights to return above what there was at first.</param>
internal sealed record InitialGrantShare(ReplicaId Account, long Down, long Up);

/// <summary>What a replica asks to be granted initially.</summary>
/// <param name="Object">The object.</param>
/// <param name="Down">Rights to take.</param>
/// <param name="Up">Rights to return above what there was at first.</param>
internal sealed record InitialGrantRequest(EscrowName Object, long Down, long Up)
{
    public void Encode(ref MessagePackWriter output)
    {
        output.WriteArrayHeader(3);
        Object.Encode(ref output);
        output.WriteInt(Down);
        output.WriteInt(Up);
    }

    public static bool TryDecode(ref SpanReader reader, out InitialGrantRequest wish)
    {
        wish = null!;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 3) return false;
        if (!EscrowName.TryDecode(ref reader, out var name) || !reader.TryReadInt(out var down) || !reader.TryReadInt(out var up)) return false;
        if (down is < 0 or > Units.Max || up is < 0 or > Units.Max) return false;
        wish = new InitialGrantRequest(name, down, up);
        return true;
    }
}
