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

    public static void WriteTransfers(this ref MessagePackWriter output, RightsTransfer[] transfers)
    {
        output.WriteArrayHeader(transfers.Length);
        foreach (var transfer in transfers)
        {
            output.WriteArrayHeader(3);
            output.WriteReplicaId(transfer.To);
            output.WriteInt(transfer.Amount);
            output.WriteUInt(transfer.Since);
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
        output.WriteReplicaId(decision.BootstrapId);
        output.WriteIds(decision.Voters);
        output.WriteMarks(decision.Cut);
        output.WriteArrayHeader(decision.InitialGrants.Length);
        foreach (var initialGrant in decision.InitialGrants) WriteInitialGrant(ref output, initialGrant);
        output.WriteArrayHeader(decision.Closings.Length);
        foreach (var closing in decision.Closings) WriteClosing(ref output, closing);
    }

    public static bool TryReadDecision(this ref SpanReader reader, out Decision? decision)
    {
        decision = null;
        if (reader.PeekCode == MessagePackCode.Nil) return reader.TryReadNil();
        if (!reader.TryReadArrayHeader(out var fields) || fields != 5) return false;
        if (!reader.TryReadReplicaId(out var bootstrapId) || reader.ReadIds() is not { } voters || reader.ReadMarks() is not { } cut) return false;
        if (reader.ReadList<InitialGrant>(TryReadInitialGrant) is not { } initialGrants || reader.ReadList<Closing>(TryReadClosing) is not { } closings) return false;
        decision = new Decision { BootstrapId = bootstrapId, Voters = voters, Cut = cut, InitialGrants = initialGrants, Closings = closings };
        return true;
    }

    private static void WriteInitialGrant(ref MessagePackWriter output, InitialGrant initialGrant)
    {
        output.WriteArrayHeader(2);
        initialGrant.Object.Encode(ref output);
        output.WriteArrayHeader(initialGrant.Shares.Length);
        foreach (var share in initialGrant.Shares)
        {
            output.WriteArrayHeader(3);
            output.WriteReplicaId(share.Account);
            output.WriteInt(share.Down);
            output.WriteInt(share.Up);
        }
    }

    private static bool TryReadInitialGrant(ref SpanReader reader, out InitialGrant initialGrant)
    {
        initialGrant = null!;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 2 || !EscrowName.TryDecode(ref reader, out var name)) return false;
        if (reader.ReadList<InitialGrantShare>(TryReadShare) is not { } shares) return false;
        initialGrant = new InitialGrant(name, shares);
        return true;
    }

    private static bool TryReadShare(ref SpanReader reader, out InitialGrantShare share)
    {
        share = null!;
        if (!reader.TryReadArrayHeader(out var fields) || fields != 3 || !reader.TryReadReplicaId(out var account)) return false;
        if (!reader.TryReadInt(out var down) || !reader.TryReadInt(out var up) || down is < 0 or > Units.Max || up is < 0 or > Units.Max) return false;
        share = new InitialGrantShare(account, down, up);
        return true;
    }

    private static void WriteClosing(ref MessagePackWriter output, Closing closing)
    {
        output.WriteArrayHeader(3);
        output.WriteReplicaId(closing.Account);
        output.WriteReplicaId(closing.Successor);
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
        if (!reader.TryReadReplicaId(out var account) || !reader.TryReadReplicaId(out var successor)) return false;
        if (reader.ReadList<ClosedObject>(TryReadClosed) is not { } objects) return false;
        closing = new Closing(account, successor, objects);
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
        output.WriteTransfers(side.Transfers);
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
        if (reader.ReadList<RightsTransfer>(RightsTransfer.TryDecode) is not { } transfers || reader.ReadList<Receipt>(Receipt.TryDecode) is not { } receipts) return false;
        side = new ClosedSide(limit, granted, transfers, receipts);
        return true;
    }
}
