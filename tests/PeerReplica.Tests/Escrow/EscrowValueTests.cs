using PeerReplica.Crdts;
using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>The escrow's small values: orders, sums and lookups.</summary>
public sealed class EscrowValueTests
{
    private static readonly ReplicaId s_one = new(1);
    private static readonly ReplicaId s_two = new(2);

    [Fact]
    public void Ballots_are_ordered_by_round_and_then_by_proposer()
    {
        Ballot[] ascending = [Ballot.None, new(1, s_one), new(1, s_two), new(2, s_one), new(2, s_two)];
        for (var i = 0; i < ascending.Length; i++)
        {
            for (var j = 0; j < ascending.Length; j++)
            {
                var (a, b) = (ascending[i], ascending[j]);
                Assert.Equal(Math.Sign(i - j), Math.Sign(a.CompareTo(b)));
                Assert.Equal(i < j, a < b);
                Assert.Equal(i > j, a > b);
                Assert.Equal(i <= j, a <= b);
                Assert.Equal(i >= j, a >= b);
            }
        }
    }

    [Fact]
    public void Names_are_ordered_by_kind_and_then_by_text()
    {
        EscrowName[] ascending =
            [new(ObjectKind.BoundedCounter, "a"), new(ObjectKind.BoundedCounter, "b"), new(ObjectKind.Pool, "a"), new(ObjectKind.Pool, "b")];
        for (var i = 0; i < ascending.Length; i++)
        {
            for (var j = 0; j < ascending.Length; j++)
                Assert.Equal(Math.Sign(i - j), Math.Sign(ascending[i].CompareTo(ascending[j])));
        }
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(2, 3, 5)]
    [InlineData(2, -3, -1)]
    [InlineData(Units.Max, 1, Units.Max)]
    [InlineData(-Units.Max, -1, -Units.Max)]
    [InlineData(long.MaxValue, long.MaxValue, Units.Max)]
    [InlineData(long.MinValue, long.MinValue, -Units.Max)]
    public void Sum_of_units_saturates(long a, long b, long expected) => Assert.Equal(expected, Units.Add(a, b));

    [Fact]
    public void Value_for_callers_saturates_at_the_ends_of_a_long()
    {
        Assert.Equal(long.MaxValue, Units.Saturate((Int128)long.MaxValue + 1));
        Assert.Equal(long.MinValue, Units.Saturate((Int128)long.MinValue - 1));
        Assert.Equal(-7, Units.Saturate(-7));
        Assert.Equal(long.MaxValue, Units.Saturate(long.MaxValue));
    }

    [Fact]
    public void Transfers_of_a_side_add_up_and_saturate()
    {
        RightsTransfer[] transfers = [new(s_one, 5, 3), new(s_two, 7, 9)];
        Assert.Equal(12, RightsTransfer.Sum(transfers));
        Assert.Equal(0, RightsTransfer.Sum([]));
        Assert.Equal(Units.Max, RightsTransfer.Sum([new(s_one, Units.Max, 1), new(s_two, Units.Max, 1)]));
    }

    [Fact]
    public void Record_to_acknowledge_is_the_latest_that_raised_a_limit_a_grant_or_a_transfer()
    {
        Assert.Equal(0UL, AccountRecord.Empty.Since);
        var side = new AccountSide(0, 0, 4, 0, 3, [new(s_one, 1, 2), new(s_two, 1, 1)]);
        Assert.Equal(4UL, side.Since);
        Assert.Equal(5UL, (side with { GrantedSince = 5 }).Since);
        Assert.Equal(6UL, (side with { Transfers = [new(s_one, 1, 6), new(s_two, 1, 1)] }).Since);
        Assert.Equal(7UL, (side with { Transfers = [new(s_one, 1, 6), new(s_two, 1, 7)] }).Since);
        Assert.Equal(4UL, (AccountRecord.Empty with { Down = side }).Since);
        Assert.Equal(4UL, (AccountRecord.Empty with { Up = side }).Since);
        Assert.Equal(9UL, (AccountRecord.Empty with { Down = side, Up = side with { LimitSince = 9 } }).Since);
    }

    [Fact]
    public void Account_has_a_side_for_each_direction()
    {
        var record =
            AccountRecord.Empty with { Down = AccountSide.Empty with { Net = 1 }, Up = AccountSide.Empty with { Net = 2 } };
        Assert.Same(record.Down, record[up: false]);
        Assert.Same(record.Up, record[up: true]);
    }

    [Fact]
    public void Mark_of_a_replica_is_found_and_that_of_a_stranger_is_0()
    {
        Mark[] marks = [new(s_one, 5), new(s_two, 7)];
        Assert.Equal(
            (5UL, 7UL, 0UL), (Mark.Find(marks, s_one), Mark.Find(marks, s_two), Mark.Find(marks, new ReplicaId(3))));
        Assert.Equal(7UL, new ConsensusRecord { Acks = marks }.AckOf(s_two));
    }

    [Fact]
    public void Reservation_answers_its_own_request_and_earlier_ones_that_it_lists()
    {
        var reservation = new ReservationRecord(ReservationState.Taken, 1, default, 0, s_one, 5, 2, [new Mark(s_two, 3)]);
        Assert.True(reservation.Answers(s_one, 5));
        Assert.True(reservation.Answers(s_two, 3));
        Assert.False(reservation.Answers(s_one, 3));
        Assert.False(reservation.Answers(s_two, 5));
        Assert.False(reservation.Answers(s_one, 4));
    }
}
