using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Escrow;

/// <summary>
/// One replica's account of one object: the escrow row of Balegas et al., "Extending Eventually Consistent Cloud Databases for Enforcing Numeric
/// Invariants" (2015), with a limit. Only its owner writes it; the latest says everything. Immutable.
/// </summary>
/// <param name="Down">Rights to take.</param>
/// <param name="Up">Rights to return above what there was at first.</param>
/// <param name="Stock">How many rights to take its owner would like to have in stock beyond those it has.</param>
/// <param name="Want">What is waiting for rights to take, where those that its owner has are too few; else 0.</param>
/// <param name="UpWant">Likewise of rights to return.</param>
/// <param name="Held">How much of the net is held and not yet confirmed.</param>
/// <param name="IsFinal">Whether its owner has stopped: the nets are the last word.</param>
/// <param name="Requests">What its owner asks of the authorities over reservations.</param>
/// <param name="Withdrawals">Requests whose callers no longer wait, until the authorities have heard it.</param>
/// <param name="Heard">For each asker up to which number its owner has heard its withdrawals, as long as that asker has any.</param>
internal sealed record AccountRecord(
    AccountSide Down, AccountSide Up, long Stock, long Want, long UpWant, long Held, bool IsFinal, ReservationRequest[] Requests, Withdrawal[] Withdrawals, Mark[] Heard)
{
    public static AccountRecord Empty { get; } = new(AccountSide.Empty, AccountSide.Empty, 0, 0, 0, 0, false, [], [], []);

    /// <summary>The latest record of its owner in which something that others must acknowledge changed.</summary>
    public ulong Since => Math.Max(Down.Since, Up.Since);

    public AccountSide this[bool up] => up ? Up : Down;

    public void Encode(ref MessagePackWriter output)
    {
        output.WriteArrayHeader(10);
        Down.Encode(ref output);
        Up.Encode(ref output);
        output.WriteInt(Stock);
        output.WriteInt(Want);
        output.WriteInt(UpWant);
        output.WriteInt(Held);
        output.WriteBool(IsFinal);
        output.WriteArrayHeader(Requests.Length);
        foreach (var request in Requests) request.Encode(ref output);
        output.WriteArrayHeader(Withdrawals.Length);
        foreach (var withdrawal in Withdrawals) withdrawal.Encode(ref output);
        output.WriteMarks(Heard);
    }

    /// <summary>Reads a record; null when the bytes are none.</summary>
    public static AccountRecord? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new SpanReader(bytes);
        if (!reader.TryReadArrayHeader(out var fields) || fields != 10) return null;
        if (!AccountSide.TryDecode(ref reader, out var down) || !AccountSide.TryDecode(ref reader, out var up)) return null;
        if (!reader.TryReadInt(out var stock) || !reader.TryReadInt(out var want) || !reader.TryReadInt(out var upWant)) return null;
        if (!reader.TryReadInt(out var held) || !reader.TryReadBool(out var isFinal)) return null;
        if (!Units.Admits(stock) || !Units.Admits(want) || !Units.Admits(upWant) || !Units.Admits(held)) return null;
        if (reader.ReadList<ReservationRequest>(ReservationRequest.TryDecode) is not { } requests) return null;
        if (reader.ReadList<Withdrawal>(Withdrawal.TryDecode) is not { } withdrawals || reader.ReadMarks() is not { } heard || !reader.End) return null;
        return new AccountRecord(down, up, stock, want, upWant, held, isFinal, requests, withdrawals, heard);
    }
}
