using PeerReplica.Crdts;
using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>
/// The escrow's records as bytes: what is read is what was written, and what is not exactly a record is refused.
/// </summary>
public sealed class EscrowRecordCodecTests
{
    private const ulong MaxCount = 1UL << 62;
    private static readonly ReplicaId s_one = new(new UInt128(0x0102, 0x0304));
    private static readonly ReplicaId s_two = new(new UInt128(0x0506, 0x0708));
    private static readonly EscrowName s_seats = new(ObjectKind.Pool, "seats");
    private static readonly RightsTransfer[] s_transfers = [new(s_one, 5, 6), new(s_two, Units.Max, 8)];

    private static readonly AccountRecord s_account = new(
        new AccountSide(-3, 40, 5, 60, 7, s_transfers), new AccountSide(9, 10, 11, 12, 13, []), 14, 15, 16, 17, true,
        [new ReservationRequest(1, [1, 2], ReservationVerb.Hold, s_two, 3, 4_000, 5, 6_000)], [new Withdrawal(8, 9, [3])], [new Mark(s_two, 4)]);

    private static readonly ReservationRecord s_reservation =
        new(ReservationState.Held, 4, s_one, 5, s_two, 6, 7, [new Mark(s_one, 8), new Mark(s_two, 9)]);

    private static readonly Decision s_decision = new()
    {
        BootstrapId = s_one,
        Voters = [s_one, s_two],
        Cut = [new Mark(s_two, 70)],
        InitialGrants = [new InitialGrant(s_seats, [new InitialGrantShare(s_one, 3, 4)])],
        Closings = [new Closing(s_two, s_one, [new ClosedObject(s_seats, new ClosedSide(-1, 2, s_transfers, []), new ClosedSide(5, 0, [], [new Receipt(s_one, 6)]))])],
    };

    private static readonly ConsensusRecord s_consensus = new()
    {
        NodeName = "node",
        Address = "10.0.0.1:7400",
        Ready = [s_one],
        BootstrapVote = [s_one, s_two],
        BootstrapId = s_one,
        Slot = 3,
        Promised = new Ballot(4, s_one),
        Accepted = new Ballot(2, s_two),
        AcceptedValue = s_decision,
        Prepared = new Ballot(5, s_one),
        Proposed = new Ballot(6, s_two),
        ProposedValue = null,
        Acks = [new Mark(s_one, 1)],
        Ended = [s_two],
        Closings = [s_one],
        GivenUp = [s_two],
        InitialGrants = [new InitialGrantRequest(s_seats, 30, 20)],
        IsLeaving = true,
    };

    /// <summary>
    /// A kind of record: bytes of one, and what is written again after reading; null where reading refuses.
    /// </summary>
    private static readonly (byte[] Bytes, Func<byte[], byte[]?> Again)[] s_records =
    [
        (RecordBytes.Of(s_account.Encode), AccountAgain), (RecordBytes.Of(AccountRecord.Empty.Encode), AccountAgain), (RecordBytes.Of(s_reservation.Encode), ReservationAgain),
        (RecordBytes.Of(s_consensus.Encode), ConsensusRecordAgain), (RecordBytes.Of(new ConsensusRecord().Encode), ConsensusRecordAgain),
        (RecordBytes.Of((s_consensus with { AcceptedValue = null, ProposedValue = s_decision }).Encode), ConsensusRecordAgain),
    ];

    [Fact]
    public void Record_is_read_as_it_was_written()
    {
        foreach (var (bytes, again) in s_records) Assert.Equal(bytes, again(bytes));
    }

    [Fact]
    public void Truncated_record_is_refused()
    {
        foreach (var (bytes, again) in s_records)
        {
            for (var cut = 0; cut < bytes.Length; cut++) Assert.Null(again(bytes[..cut]));
        }
    }

    [Fact]
    public void Record_with_a_byte_behind_it_is_refused()
    {
        foreach (var (bytes, again) in s_records) Assert.Null(again([.. bytes, 0xC0]));
    }

    /// <summary>So no field's type, count or content is passed over unread.</summary>
    [Fact]
    public void Changed_byte_is_refused_or_changes_the_record()
    {
        foreach (var (bytes, again) in s_records)
        {
            for (var at = 0; at < bytes.Length; at++)
            {
                foreach (var to in (int[])[bytes[at] - 1, bytes[at] + 1, bytes[at] ^ 0x80, bytes[at] ^ 0x10, 0xC0, 0xC1, 0xA0])
                {
                    if ((byte)to == bytes[at]) continue;
                    var changed = bytes.ToArray();
                    changed[at] = (byte)to;
                    Assert.NotEqual(bytes, again(changed));
                }
            }
        }
    }

    [Fact]
    public void Element_put_in_or_left_out_at_any_place_is_refused_or_changes_the_record()
    {
        foreach (var (bytes, again) in s_records)
        {
            for (var at = 0; at < bytes.Length; at++)
            {
                Assert.NotEqual(bytes, again([.. bytes[..at], 0x00, .. bytes[at..]]));
                Assert.NotEqual(bytes, again([.. bytes[..at], .. bytes[(at + 1)..]]));

                // An array that announces one element more and has one more.
                if (bytes[at] is < 0x90 or >= 0x9F) continue;
                byte[] longer = [.. bytes[..at], (byte)(bytes[at] + 1), 0x00, .. bytes[(at + 1)..]];
                Assert.NotEqual(bytes, again(longer));
            }

            Assert.Null(again([(byte)(bytes[0] + 1), .. bytes[1..], 0x00]));
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(Units.Max, true)]
    [InlineData(Units.Max + 1, false)]
    [InlineData(-1, false)]
    public void Number_that_only_grows_is_between_0_and_the_greatest(long number, bool isRead)
    {
        var side = AccountSide.Empty with { Granted = number };
        RightsTransfer[] transfers = [new(s_one, number, 1)];
        ClosedObject Closed(ClosedSide down) => new(s_seats, down, ClosedSide.Empty);
        Decision WithClosed(ClosedSide down) =>
            s_decision with { Closings = [new Closing(s_two, s_one, [Closed(down)])] };
        Decision WithShare(long down, long up) =>
            s_decision with { InitialGrants = [new InitialGrant(s_seats, [new InitialGrantShare(s_one, down, up)])] };
        CheckAccounts(isRead, AccountRecord.Empty with { Down = side }, AccountRecord.Empty with { Up = side });
        CheckAccounts(isRead, AccountRecord.Empty with { Down = AccountSide.Empty with { Transfers = transfers } });
        CheckDecisions(isRead, WithClosed(new ClosedSide(0, number, [], [])), WithClosed(new ClosedSide(0, 0, transfers, [])));
        CheckDecisions(isRead, WithClosed(new ClosedSide(0, 0, [], [new Receipt(s_one, number)])));
        CheckDecisions(isRead, WithShare(number, 0), WithShare(0, number));
        CheckConsensusRecords(
            isRead, new ConsensusRecord { InitialGrants = [new InitialGrantRequest(s_seats, number, 0)] }, new ConsensusRecord { InitialGrants = [new InitialGrantRequest(s_seats, 0, number)] });
        Assert.Equal(isRead, ReservationAgain(RecordBytes.Of((s_reservation with { Amount = number }).Encode)) is not null);
    }

    [Theory]
    [InlineData(Units.Max, true)]
    [InlineData(-Units.Max, true)]
    [InlineData(Units.Max + 1, false)]
    [InlineData(-Units.Max - 1, false)]
    public void Number_of_both_signs_is_no_further_from_zero_than_the_greatest(long number, bool isRead)
    {
        var (net, limit) = (AccountSide.Empty with { Net = number }, AccountSide.Empty with { Limit = number });
        var empty = AccountRecord.Empty;
        CheckAccounts(
            isRead, empty with { Down = net }, empty with { Up = net }, empty with { Down = limit }, empty with { Up = limit });
        CheckAccounts(
            isRead, empty with { Stock = number }, empty with { Want = number }, empty with { UpWant = number }, empty with { Held = number });
        var closed = new ClosedObject(s_seats, ClosedSide.Empty, new ClosedSide(number, 0, [], []));
        CheckDecisions(isRead, s_decision with { Closings = [new Closing(s_two, s_one, [closed])] });
    }

    [Theory]
    [InlineData(0UL, true)]
    [InlineData(MaxCount, true)]
    [InlineData(MaxCount + 1, false)]
    [InlineData(ulong.MaxValue, false)]
    public void Round_of_a_ballot_leaves_room_for_later_ones(ulong round, bool isRead)
    {
        var ballot = new Ballot(round, s_one);
        CheckConsensusRecords(
            isRead, new() { Promised = ballot }, new() { Accepted = ballot }, new() { Prepared = ballot }, new() { Proposed = ballot });
    }

    [Theory]
    [InlineData(0UL, false)]
    [InlineData(1UL, true)]
    [InlineData(MaxCount, true)]
    [InlineData(MaxCount + 1, false)]
    public void Version_of_a_reservation_begins_with_1_and_leaves_room_for_later_ones(ulong version, bool isRead) =>
        Assert.Equal(isRead, ReservationAgain(RecordBytes.Of((s_reservation with { Version = version }).Encode)) is not null);

    [Theory]
    [InlineData(0, true)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public void State_of_a_reservation_is_one_that_is_known(byte state, bool isRead) =>
        Assert.Equal(isRead, ReservationAgain(RecordBytes.Of((s_reservation with { State = (ReservationState)state }).Encode)) is not null);

    [Theory]
    [InlineData(0, true)]
    [InlineData(long.MaxValue, true)]
    [InlineData(-1, false)]
    public void Times_of_a_request_are_not_negative(long milliseconds, bool isRead)
    {
        CheckAccounts(
            isRead, s_account with { Requests = [s_account.Requests[0] with { Milliseconds = milliseconds }] });
        CheckAccounts(isRead, s_account with { Requests = [s_account.Requests[0] with { Wait = milliseconds }] });
    }

    [Fact]
    public void Verb_and_kind_that_a_later_version_may_add_are_read_up_to_a_byte()
    {
        CheckAccounts(true, s_account with { Requests = [s_account.Requests[0] with { Verb = (ReservationVerb)255 }] });
        CheckConsensusRecords(
            true, new ConsensusRecord { InitialGrants = [new InitialGrantRequest(s_seats with { Kind = (ObjectKind)255 }, 1, 1)] });

        // 255 as one byte after its code becomes 256 as two.
        Assert.Null(
            AccountAgain(Widened(RecordBytes.Of((s_account with { Requests = [s_account.Requests[0] with { Verb = (ReservationVerb)255 }] }).Encode))));
        Assert.Null(
            ConsensusRecordAgain(Widened(RecordBytes.Of(new ConsensusRecord { InitialGrants = [new InitialGrantRequest(s_seats with { Kind = (ObjectKind)255 }, 1, 1)] }.Encode))));
    }

    [Fact]
    public void Key_of_a_hold_is_read_as_it_was_written_and_nothing_else_is_one()
    {
        var key = HoldKey.Of(new HoldId(s_one, 300));
        Assert.True(HoldKey.TryRead(key, out var hold));
        Assert.Equal(new HoldId(s_one, 300), hold);
        for (var cut = 0; cut < key.Length; cut++) Assert.False(HoldKey.TryRead(key.AsSpan(0, cut), out _));
        Assert.False(HoldKey.TryRead([.. key, 0xC0], out _));
        Assert.False(HoldKey.TryRead([0x93, .. key[1..], 0x00], out _));
        Assert.False(HoldKey.TryRead([0x93, .. key[1..]], out _));
        Assert.False(HoldKey.TryRead([0x91, .. key[1..]], out _));
    }

    private static void CheckAccounts(bool isRead, params AccountRecord[] records) =>
        Assert.All(records, r => Assert.Equal(isRead, AccountAgain(RecordBytes.Of(r.Encode)) is not null));

    private static void CheckConsensusRecords(bool isRead, params ConsensusRecord[] records) =>
        Assert.All(records, r => Assert.Equal(isRead, ConsensusRecordAgain(RecordBytes.Of(r.Encode)) is not null));

    private static void CheckDecisions(bool isRead, params Decision[] decisions) =>
        CheckConsensusRecords(
            isRead, [.. decisions.Select(d => new ConsensusRecord { AcceptedValue = d }), .. decisions.Select(d => new ConsensusRecord { ProposedValue = d })]);

    private static byte[] Widened(byte[] bytes)
    {
        var at = bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xCC, 0xFF]);
        Assert.True(at >= 0);
        return [.. bytes[..at], 0xCD, 0x01, 0x00, .. bytes[(at + 2)..]];
    }

    private static byte[]? AccountAgain(byte[] bytes) =>
        AccountRecord.Decode(bytes) is { } record ? RecordBytes.Of(record.Encode) : null;

    private static byte[]? ReservationAgain(byte[] bytes) =>
        ReservationRecord.Decode(bytes) is { } record ? RecordBytes.Of(record.Encode) : null;

    private static byte[]? ConsensusRecordAgain(byte[] bytes) =>
        ConsensusRecord.Decode(bytes) is { } record ? RecordBytes.Of(record.Encode) : null;
}
