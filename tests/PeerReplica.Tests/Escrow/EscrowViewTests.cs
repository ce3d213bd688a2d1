using PeerReplica.Causality;
using PeerReplica.Escrow;
using static PeerReplica.Tests.Escrow.EscrowScene;

namespace PeerReplica.Tests.Escrow;

/// <summary>What follows from the records and decisions that a replica knows.</summary>
public sealed class EscrowViewTests
{
    private static readonly ReplicaId s_first = new(100);
    private static readonly ReplicaId s_second = new(200);

    private readonly EscrowScene _scene = new(1, 2, 3);

    private EscrowView View => _scene.View;

    [Fact]
    public void Participants_are_voters_and_members_whose_accounts_are_open()
    {
        var view = new EscrowView();
        view.Learn(Id(5), new ConsensusRecord { BootstrapId = BootstrapId });
        Assert.Empty(view.Participants);
        Learn(view, 0, BootstrapId, 1, 2);
        Assert.Equal([Id(1), Id(2), Id(5)], view.Participants);
        view.Learn(Id(1), new ConsensusRecord { BootstrapId = BootstrapId });
        view.Learn(Id(6), new ConsensusRecord { BootstrapId = s_first });
        Assert.Equal([Id(1), Id(2), Id(5)], view.Participants);

        // One that went over to another bootstrap is out, unless it has a vote.
        view.Learn(Id(5), new ConsensusRecord { BootstrapId = s_first });
        view.Learn(Id(1), new ConsensusRecord { BootstrapId = s_first });
        Assert.Equal([Id(1), Id(2)], view.Participants);
        view.Learn(Id(5), new ConsensusRecord { BootstrapId = BootstrapId });
        view.Learn(Id(1), new ConsensusRecord { BootstrapId = BootstrapId });
        view.Learn(1, new Decision { BootstrapId = BootstrapId, Voters = [Id(1), Id(2)], Closings = [Closing(1, 2, ClosedSide.Empty)] });
        Assert.Equal([Id(2), Id(5)], view.Participants);
    }

    [Fact]
    public void Change_of_the_participants_is_counted_and_nothing_else()
    {
        var version = View.ParticipantsVersion;
        _scene.Join(1);
        View.Learn(Id(9), new ConsensusRecord { BootstrapId = s_first });
        Assert.Equal(version, View.ParticipantsVersion);
        _scene.Join(4);
        Assert.Equal(version + 1, View.ParticipantsVersion);
        View.Learn(Id(4), new ConsensusRecord { BootstrapId = s_first });
        Assert.Equal(version + 2, View.ParticipantsVersion);
        View.Learn(Id(4), new ConsensusRecord { BootstrapId = s_first });
        View.Learn(Id(1), new ConsensusRecord { BootstrapId = s_first });
        Assert.Equal(version + 2, View.ParticipantsVersion);
        View.Learn(View.Slot, new Decision { BootstrapId = BootstrapId, Voters = [Id(1)] });
        Assert.True(View.ParticipantsVersion > version + 2);
    }

    [Fact]
    public void Whatever_is_learned_raises_the_version()
    {
        Action[] changes =
        [
            () => _scene.Join(1), () => _scene.Down(1, AccountSide.Empty), () => View.Learn(Name, [1], []), () => View.Learn(View.Slot, new Decision { BootstrapId = BootstrapId, Voters = [] }),
        ];
        foreach (var change in changes)
        {
            var version = View.Version;
            change();
            Assert.True(View.Version > version);
        }
    }

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 0)]
    [InlineData(2, 0, 2)]
    [InlineData(2, 1, 1)]
    [InlineData(2, 2, 0)]
    [InlineData(3, 0, 2)]
    [InlineData(3, 1, 2)]
    [InlineData(3, 2, 0)]
    [InlineData(4, 0, 3)]
    [InlineData(4, 1, 3)]
    [InlineData(4, 2, 2)]
    [InlineData(4, 3, 0)]
    [InlineData(5, 2, 3)]
    [InlineData(5, 3, 0)]
    public void Quorum_is_more_than_half_or_all_that_are_left_of_at_least_half(int voters, int ended, int quorum)
    {
        var ids = Enumerable.Range(1, voters).Select(i => (ulong)i).ToArray();
        var scene = new EscrowScene(ids);
        scene.Join(Id(9), r => r with { Ended = [.. ids.Take(ended).Select(Id)] });
        Assert.Equal(quorum, scene.View.Quorum());
    }

    [Fact]
    public void Acknowledgement_counts_when_more_than_half_of_all_voters_made_it()
    {
        _scene.Acknowledge(9, 7, 1);
        Assert.Equal(0UL, View.AckedOf(Id(9)));
        _scene.Acknowledge(9, 5, 2);
        Assert.Equal(5UL, View.AckedOf(Id(9)));
        _scene.Acknowledge(9, 6, 3);
        Assert.Equal(6UL, View.AckedOf(Id(9)));

        // It only grows, also where voters take their word back and nobody asked in between.
        _scene.Acknowledge(9, 8, 1, 2);
        _scene.Acknowledge(9, 1);
        Assert.Equal(8UL, View.AckedOf(Id(9)));
    }

    [Fact]
    public void Acknowledgement_of_voters_that_have_ended_is_still_needed()
    {
        _scene.Join(Id(1), static r => r with { Ended = [Id(3)] });
        _scene.Acknowledge(9, 5, 1);
        Assert.Equal(0UL, View.AckedOf(Id(9)));
        var four = new EscrowScene(1, 2, 3, 4);
        four.Join(Id(1), static r => r with { Ended = [Id(3), Id(4)] });
        four.Acknowledge(9, 5, 1, 2);
        Assert.Equal(0UL, four.View.AckedOf(Id(9)));
    }

    [Fact]
    public void Acknowledgement_of_another_bootstrap_or_of_a_voter_that_is_ahead_does_not_count()
    {
        Mark[] acks = [new(Id(9), 5)];
        View.Learn(Id(1), new ConsensusRecord { BootstrapId = BootstrapId, Slot = 1, Acks = acks });
        View.Learn(Id(2), new ConsensusRecord { BootstrapId = s_first, Slot = 1, Acks = acks });
        View.Learn(Id(3), new ConsensusRecord { BootstrapId = BootstrapId, Slot = 2, Acks = acks });
        Assert.Equal(0UL, View.AckedOf(Id(9)));
        View.Learn(1, new Decision { BootstrapId = BootstrapId, Voters = _scene.Voters });
        Assert.Equal(5UL, View.AckedOf(Id(9)));
    }

    [Fact]
    public void Decision_s_cut_is_acknowledged_and_nothing_more_of_an_account_that_it_closes()
    {
        _scene.Close([new(Id(9), 4), new(Id(8), 6)], Closing(9, 1, ClosedSide.Empty));
        Assert.Equal((4UL, 6UL), (View.AckedOf(Id(9)), View.AckedOf(Id(8))));
        _scene.Acknowledge(9, 7);
        _scene.Acknowledge(8, 7);
        Assert.Equal((4UL, 7UL), (View.AckedOf(Id(9)), View.AckedOf(Id(8))));
        _scene.Close([new(Id(9), 9), new(Id(8), 2)]);
        Assert.Equal((4UL, 7UL), (View.AckedOf(Id(9)), View.AckedOf(Id(8))));
    }

    [Fact]
    public void Nothing_is_acknowledged_before_the_cluster_is_formed()
    {
        var view = new EscrowView();
        view.Learn(Id(1), new ConsensusRecord { Acks = [new(Id(9), 5)] });
        Assert.Equal(0UL, view.AckedOf(Id(9)));
        Assert.Equal((false, 0), (view.IsFormed, view.Quorum()));
        Assert.Empty(view.Voters);
        Assert.Empty(view.Cut);
        Assert.False(view.IsMember(Id(1)));
    }

    [Fact]
    public void Record_to_acknowledge_is_the_latest_of_an_accounts_own_and_of_its_reservations()
    {
        _scene.Down(1, AccountSide.Empty with { LimitSince = 5 });
        Assert.Equal(5UL, View.SinceOf(Id(1)));
        View.Learn(Name, [1], [Reservation(1, 4), Reservation(2, 3)]);
        Assert.Equal((5UL, 3UL), (View.SinceOf(Id(1)), View.SinceOf(Id(2))));
        View.Learn(Name, [1], [Reservation(1, 7)]);
        Assert.Equal(7UL, View.SinceOf(Id(1)));
        _scene.Down(1, AccountSide.Empty with { LimitSince = 6 });
        Assert.Equal(7UL, View.SinceOf(Id(1)));
    }

    [Fact]
    public void Cut_is_contained_when_its_records_are_here_or_known_to_be_superseded()
    {
        _scene.Close([new(Id(1), 5), new(Id(2), 6)]);
        _scene.Close([]);
        Assert.Equal((true, false), (View.ContainsCut(), View.ContainsCuts()));
        _scene.Close([new(Id(2), 6)]);
        _scene.Down(1, AccountSide.Empty with { LimitSince = 5 });
        Assert.Equal((false, false), (View.ContainsCut(), View.ContainsCuts()));
        View.Contained = id => id == Id(2) ? 5UL : 0;
        Assert.Equal((false, false), (View.ContainsCut(), View.ContainsCuts()));
        View.Contained = id => id == Id(2) ? 6UL : 0;
        Assert.Equal((true, true), (View.ContainsCut(), View.ContainsCuts()));
    }

    [Fact]
    public void Decision_is_known_to_all_when_every_participant_is_beyond_it()
    {
        _scene.InitialGrant();
        Assert.False(View.IsKnownToAll(View.Slot));
        Assert.True(View.IsKnownToAll(View.Slot - 1));
        View.Learn(Id(3), new ConsensusRecord { BootstrapId = BootstrapId, Slot = View.Slot - 1 });
        Assert.False(View.IsKnownToAll(View.Slot - 1));
        View.Learn(Id(3), new ConsensusRecord { BootstrapId = s_first, Slot = View.Slot });
        Assert.False(View.IsKnownToAll(View.Slot - 1));
        var silent = new EscrowView();
        Learn(silent, 0, BootstrapId, 1);
        Assert.False(silent.IsKnownToAll(0));
    }

    [Fact]
    public void Two_decisions_with_one_number_end_all_deciding()
    {
        var decision = new Decision { BootstrapId = BootstrapId, Voters = [Id(1), Id(2)], Cut = [new(Id(1), 4)] };
        Assert.True(View.Learn(1, decision));
        _scene.Acknowledge(9, 3, 1, 2);
        Assert.True(View.Learn(1, decision with { Cut = [new(Id(1), 4)] }));
        Assert.False(View.IsContradicted);
        Assert.False(View.Learn(1, decision with { Cut = [new(Id(1), 5)] }));
        Assert.True(View.IsContradicted);
        Assert.Equal((0, 3UL), (View.Quorum(), View.AckedOf(Id(9))));
        _scene.Acknowledge(9, 6);
        Assert.Equal(3UL, View.AckedOf(Id(9)));
        Assert.True(View.Copy().IsContradicted);
    }

    [Fact]
    public void View_goes_by_the_bootstrap_that_it_heard_of_first_until_another_decides_more()
    {
        var view = new EscrowView();
        Learn(view, 0, s_first, 1);
        Learn(view, 0, s_second, 2);
        Assert.Equal(s_first, view.BootstrapId);
        Learn(view, 2, s_second, 2);
        Assert.Equal((s_first, 1UL), (view.BootstrapId, view.Slot));
        Learn(view, 1, s_second, 2);
        Assert.Equal((s_second, 3UL), (view.BootstrapId, view.Slot));
        Assert.All(view.Decisions, d => Assert.Equal(s_second, d.BootstrapId));
        Assert.Equal([Id(2)], view.Voters);
        Assert.Equal([Id(2)], view.Participants);
    }

    [Fact]
    public void View_goes_by_the_bootstrap_that_its_replica_voted_for()
    {
        var view = new EscrowView { VotedBootstrapId = s_second };
        Learn(view, 0, s_first, 1);
        Learn(view, 0, s_second, 2);
        Assert.Equal(s_second, view.BootstrapId);
        Learn(view, 1, s_first, 1);
        Learn(view, 2, s_first, 1);
        Assert.Equal((s_second, 1UL), (view.BootstrapId, view.Slot));
    }

    [Fact]
    public void Later_decision_of_the_same_bootstrap_takes_nothing_back_that_was_acknowledged()
    {
        var view = new EscrowView { VotedBootstrapId = s_first };
        Learn(view, 0, s_first, 1);
        view.Learn(Id(1), new ConsensusRecord { BootstrapId = s_first, Slot = 1, Acks = [new(Id(9), 5)] });
        view.Learn(Id(1), new ConsensusRecord { BootstrapId = s_first, Slot = 1 });
        Learn(view, 1, s_first, 1);
        Assert.Equal((5UL, 2UL), (view.AckedOf(Id(9)), view.Slot));
    }

    [Fact]
    public void Replica_that_acted_under_its_bootstrap_goes_over_to_no_other()
    {
        var view = new EscrowView();
        Learn(view, 0, s_first, 1);
        view.IsBound = true;
        Learn(view, 0, s_second, 2);
        Learn(view, 1, s_second, 2);
        Assert.Equal((s_first, 1UL), (view.BootstrapId, view.Slot));
        Learn(view, 1, s_first, 1);
        Assert.Equal(2UL, view.Slot);
    }

    [Fact]
    public void Bootstrap_that_came_to_nothing_leaves_nothing_behind()
    {
        var view = new EscrowView();
        view.Learn(0, new Decision { BootstrapId = s_first, Voters = [Id(1)], Cut = [new(Id(1), 9)], InitialGrants = [new InitialGrant(Name, [])], Closings = [Closing(5, 1, ClosedSide.Empty)] });
        view.Learn(Id(5), Name, AccountRecord.Empty);
        Assert.Equal((true, 9UL), (view.Closed.Contains(Id(5)), view.AckedOf(Id(1))));
        Assert.Empty(view.OpenAccountsOf(Name));
        var version = view.Closed.Version;
        Learn(view, 0, s_second, 2);
        Learn(view, 1, s_second, 2);
        Assert.Equal((false, 0UL, 0UL, ulong.MaxValue), (view.Closed.Contains(Id(5)), view.AckedOf(Id(1)), view.CutOf(Id(5)), view.Closed.SlotOf(Id(5))));
        Assert.True(view.Closed.Version > version);
        Assert.Empty(view.Closed.InOrder);
        Assert.Null(view.InitialGrantOf(Name));
        Assert.Equal([Id(5)], view.OpenAccountsOf(Name));
        Assert.Equal(2UL, view.Slot);
    }

    [Fact]
    public void Sums_of_closed_accounts_of_a_bootstrap_that_came_to_nothing_are_forgotten()
    {
        var view = new EscrowView();
        var side = new ClosedSide(0, 0, [new(Id(3), 4, 1)], [new(Id(2), 5)]);
        view.Learn(0, new Decision { BootstrapId = s_first, Voters = [Id(1)], Closings = [Closing(5, 1, side)] });
        Assert.Equal((5, 4), (view.Closed.GivenBy(Name, Id(2), up: false), view.Closed.ReceivedBy(Name, Id(3), up: false)));
        Learn(view, 0, s_second, 2);
        Learn(view, 1, s_second, 2);
        Assert.Equal((0, 0), (view.Closed.GivenBy(Name, Id(2), up: false), view.Closed.ReceivedBy(Name, Id(3), up: false)));
    }

    [Fact]
    public void Cluster_was_formed_twice_when_something_was_decided_under_two_bootstraps()
    {
        var view = new EscrowView();
        Learn(view, 0, s_first, 1);
        Learn(view, 1, s_first, 1);
        Assert.False(view.IsFormedTwice);
        Learn(view, 0, s_second, 2);
        Assert.False(view.IsFormedTwice);
        Learn(view, 1, s_second, 2);
        Assert.True(view.IsFormedTwice);
        Assert.True(view.Copy().IsFormedTwice);
    }

    [Fact]
    public void Initial_grant_that_was_decided_first_counts()
    {
        _scene.InitialGrant((1, 10, 20), (1, 1, 2), (2, 5, 6));
        _scene.InitialGrant((1, 100, 200));
        Assert.Equal((11, 22, 0), (View.InitialGrantFor(Name, Id(1), up: false), View.InitialGrantFor(Name, Id(1), up: true), View.InitialGrantFor(Name, Id(3), up: true)));
        Assert.Equal(0, new EscrowView().InitialGrantFor(Name, Id(1), up: false));
    }

    [Fact]
    public void Account_is_foreign_whose_owner_is_in_another_bootstrap()
    {
        View.Learn(Id(8), new ConsensusRecord());
        View.Learn(Id(9), new ConsensusRecord { BootstrapId = s_first });
        Assert.Equal((false, false, false, true), (View.IsForeign(Id(7)), View.IsForeign(Id(8)), View.IsForeign(Id(1)), View.IsForeign(Id(9))));
        _scene.Close([], Closing(9, 1, ClosedSide.Empty));
        Assert.False(View.IsForeign(Id(9)));
    }

    [Fact]
    public void Copy_knows_what_the_original_knew_and_learns_by_itself()
    {
        _scene.InitialGrant((1, 10, 0));
        _scene.Join(Id(4), static r => r with { Ended = [Id(3)] });
        _scene.Learn(4, AccountRecord.Empty with { Down = AccountSide.Empty with { LimitSince = 5 }, Withdrawals = [new(1, 1, [1])] });
        _scene.Acknowledge(4, 5);
        Assert.Equal(5UL, View.AckedOf(Id(4)));
        _scene.Acknowledge(4, 3);
        View.IsBound = true;
        View.VotedBootstrapId = s_first;
        var copy = View.Copy();
        Assert.Equal((View.Version, View.Slot, View.BootstrapId, true, s_first), (copy.Version, copy.Slot, copy.BootstrapId, copy.IsBound, copy.VotedBootstrapId));
        Assert.Equal(View.Participants, copy.Participants);
        Assert.Equal(View.ConsensusRecords.Keys, copy.ConsensusRecords.Keys);
        Assert.Equal([Id(4)], copy.OpenAccountsOf(Name));
        Assert.Equal([Id(4)], copy.AskersOf(Name));
        Assert.Same(View.AccountOf(Name, Id(4)), copy.AccountOf(Name, Id(4)));
        Assert.Equal((10, 5UL, 5UL, true), (copy.InitialGrantFor(Name, Id(1), up: false), copy.SinceOf(Id(4)), copy.AckedOf(Id(4)), copy.IsEnded(Id(3))));
        Assert.False(copy.Learn(1, new Decision { BootstrapId = BootstrapId, Voters = [] }));
        Assert.False(View.IsContradicted);
        copy.Learn(Id(5), Name, AccountRecord.Empty);
        copy.Learn(Id(4), Name, AccountRecord.Empty with { Stock = 1 });
        Assert.Equal([Id(4)], View.OpenAccountsOf(Name));
        Assert.Equal([Id(4)], View.AskersOf(Name));
        Assert.Equal(0, View.AccountOf(Name, Id(4)).Stock);
    }

    private static Reservation Reservation(ulong by, ulong sequence) => new(Id(by), sequence, new ReservationRecord(ReservationState.Free, 1, default, 0, Id(by), 0, 1, []), Instant.Never);

    private static void Learn(EscrowView view, ulong slot, ReplicaId bootstrapId, params ulong[] voters) =>
        Assert.True(view.Learn(slot, new Decision { BootstrapId = bootstrapId, Voters = [.. voters.Select(Id)] }));
}
