using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Escrow;

/// <summary>The parts that the escrow's records share, as MessagePack. Reading takes hostile bytes: it says no, and never throws.</summary>
internal static class EscrowCodec
{
    /// <summary>Far beyond any that is reached; a peer that makes one up cannot bring the next to overflow.</summary>
    private const ulong MaxRound = 1UL << 62;

    public delegate bool Decoder<T>(ref SpanReader reader, out T item);

    public static T[]? ReadList<T>(this ref SpanReader reader, Decoder<T> decode)
    {
        // Each item takes at least a byte: what is announced and not there is not paid for.
        if (!reader.TryReadArrayHeader(out var count) || count > reader.Remaining) return null;
        if (count == 0) return [];
        var items = new List<T>(Math.Min(count, 64));
        for (var i = 0; i < count; i++)
        {
            if (!decode(ref reader, out var item)) return null;
            items.Add(item);
        }

        return [.. items];
    }

    public static void WriteIds(this ref MessagePackWriter output, ReplicaId[] ids)
    {
        output.WriteArrayHeader(ids.Length);
        foreach (var id in ids) output.WriteReplicaId(id);
    }

    public static ReplicaId[]? ReadIds(this ref SpanReader reader) =>
        reader.ReadList(static (ref SpanReader r, out ReplicaId id) => r.TryReadReplicaId(out id));

    public static void WriteMarks(this ref MessagePackWriter output, Mark[] marks)
    {
        output.WriteArrayHeader(marks.Length);
        foreach (var mark in marks)
        {
            output.WriteArrayHeader(2);
            output.WriteReplicaId(mark.Replica);
            output.WriteUInt(mark.Sequence);
        }
    }

    public static Mark[]? ReadMarks(this ref SpanReader reader) => reader.ReadList(static (ref SpanReader r, out Mark mark) =>
    {
        mark = default;
        if (!r.TryReadArrayHeader(out var fields) || fields != 2 || !r.TryReadReplicaId(out var id) || !r.TryReadUInt(out var sequence)) return false;
        mark = new Mark(id, sequence);
        return true;
    });

    public static void WriteBallot(this ref MessagePackWriter output, Ballot ballot)
    {
        output.WriteArrayHeader(2);
        output.WriteUInt(ballot.Round);
        output.WriteReplicaId(ballot.Proposer);
    }

    public static bool TryReadBallot(this ref SpanReader reader, out Ballot ballot)
    {
        ballot = default;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 2) return false;
        if (!reader.TryReadUInt(out var round) || round > MaxRound || !reader.TryReadReplicaId(out var proposer)) return false;
        ballot = new Ballot(round, proposer);
        return true;
    }

    public static void WriteGifts(this ref MessagePackWriter output, Gift[] gifts)
    {
        output.WriteArrayHeader(gifts.Length);
        foreach (var gift in gifts)
        {
            output.WriteArrayHeader(3);
            output.WriteReplicaId(gift.To);
            output.WriteInt(gift.Amount);
            output.WriteUInt(gift.Since);
        }
    }

    public static FrameBuffer Encode(Decision decision)
    {
        var buffer = new FrameBuffer();
        var output = new MessagePackWriter(buffer);
        output.WriteDecision(decision);
        output.Flush();
        return buffer;
    }

    public static void WriteDecision(this ref MessagePackWriter output, Decision? decision)
    {
        if (decision is null)
        {
            output.WriteNil();
            return;
        }

        output.WriteArrayHeader(5);
        output.WriteReplicaId(decision.Formation);
        output.WriteIds(decision.Voters);
        output.WriteMarks(decision.Cut);
        output.WriteArrayHeader(decision.Mints.Length);
        foreach (var mint in decision.Mints) WriteMint(ref output, mint);
        output.WriteArrayHeader(decision.Closings.Length);
        foreach (var closing in decision.Closings) WriteClosing(ref output, closing);
    }

    public static bool TryReadDecision(this ref SpanReader reader, out Decision? decision)
    {
        decision = null;
        if (reader.PeekCode == MessagePackCode.Nil) return reader.TryReadNil();
        if (!reader.TryReadArrayHeader(out var fields) || fields != 5) return false;
        if (!reader.TryReadReplicaId(out var formation) || reader.ReadIds() is not { } voters || reader.ReadMarks() is not { } cut) return false;
        if (reader.ReadList<Mint>(TryReadMint) is not { } mints || reader.ReadList<Closing>(TryReadClosing) is not { } closings) return false;
        decision = new Decision { Formation = formation, Voters = voters, Cut = cut, Mints = mints, Closings = closings };
        return true;
    }

    private static void WriteMint(ref MessagePackWriter output, Mint mint)
    {
        output.WriteArrayHeader(2);
        mint.Object.Encode(ref output);
        output.WriteArrayHeader(mint.Shares.Length);
        foreach (var share in mint.Shares)
        {
            output.WriteArrayHeader(3);
            output.WriteReplicaId(share.Account);
            output.WriteInt(share.Down);
            output.WriteInt(share.Up);
        }
    }

    private static bool TryReadMint(ref SpanReader reader, out Mint mint)
    {
        mint = null!;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 2 || !EscrowName.TryDecode(ref reader, out var name)) return false;
        if (reader.ReadList<MintShare>(TryReadShare) is not { } shares) return false;
        mint = new Mint(name, shares);
        return true;
    }

    private static bool TryReadShare(ref SpanReader reader, out MintShare share)
    {
        share = null!;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 3 || !reader.TryReadReplicaId(out var account)) return false;
        if (!reader.TryReadInt(out var down) || !reader.TryReadInt(out var up) || down is < 0 or > Units.Max || up is < 0 or > Units.Max) return false;
        share = new MintShare(account, down, up);
        return true;
    }

    private static void WriteClosing(ref MessagePackWriter output, Closing closing)
    {
        output.WriteArrayHeader(3);
        output.WriteReplicaId(closing.Account);
        output.WriteReplicaId(closing.Heir);
        output.WriteArrayHeader(closing.Objects.Length);
        foreach (var closed in closing.Objects)
        {
            output.WriteArrayHeader(3);
            closed.Object.Encode(ref output);
            WriteSide(ref output, closed.Down);
            WriteSide(ref output, closed.Up);
        }
    }

    private static bool TryReadClosing(ref SpanReader reader, out Closing closing)
    {
        closing = null!;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 3) return false;
        if (!reader.TryReadReplicaId(out var account) || !reader.TryReadReplicaId(out var heir)) return false;
        if (reader.ReadList<ClosedObject>(TryReadClosed) is not { } objects) return false;
        closing = new Closing(account, heir, objects);
        return true;
    }

    private static bool TryReadClosed(ref SpanReader reader, out ClosedObject closed)
    {
        closed = null!;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 3 || !EscrowName.TryDecode(ref reader, out var name)) return false;
        if (!TryReadSide(ref reader, out var down) || !TryReadSide(ref reader, out var up)) return false;
        closed = new ClosedObject(name, down, up);
        return true;
    }

    private static void WriteSide(ref MessagePackWriter output, ClosedSide side)
    {
        output.WriteArrayHeader(4);
        output.WriteInt(side.Limit);
        output.WriteInt(side.Granted);
        output.WriteGifts(side.Gifts);
        output.WriteArrayHeader(side.Receipts.Length);
        foreach (var receipt in side.Receipts)
        {
            output.WriteArrayHeader(2);
            output.WriteReplicaId(receipt.From);
            output.WriteInt(receipt.Amount);
        }
    }

    private static bool TryReadSide(ref SpanReader reader, out ClosedSide side)
    {
        side = ClosedSide.Empty;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 4) return false;
        if (!reader.TryReadInt(out var limit) || !reader.TryReadInt(out var granted) || !Units.Admits(limit) || granted is < 0 or > Units.Max) return false;
        if (reader.ReadList<Gift>(Gift.TryDecode) is not { } gifts || reader.ReadList<Receipt>(Receipt.TryDecode) is not { } receipts) return false;
        side = new ClosedSide(limit, granted, gifts, receipts);
        return true;
    }
}
