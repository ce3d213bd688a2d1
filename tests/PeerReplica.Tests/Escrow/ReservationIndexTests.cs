using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>Whose decision about a reservation counts once an account was closed.</summary>
public sealed class ReservationIndexTests
{
    private const ulong Cut = 62;
    private static readonly ReplicaId s_closed = new(10);
    private static readonly ReplicaId s_successor = new(20);
    private static readonly EscrowName s_pool = new(ObjectKind.Pool, "seats");
    private static readonly byte[] s_key = [1];

    [Fact]
    public void What_was_decided_within_the_cut_counts()
    {
        var book = Index(Decided(s_closed, Cut, ReservationState.Taken));
        Assert.Equal((ReservationState.Taken, false), Current(book));
    }

    [Fact]
    public void What_was_decided_beyond_the_cut_counts_for_nothing_and_hides_what_stood_there()
    {
        var book = Index(Decided(s_closed, Cut + 1, ReservationState.Taken));
        Assert.True(Current(book).IsVoid);
    }

    [Fact]
    public void What_the_successor_has_decided_counts_whatever_the_closed_one_decided_too_late()
    {
        var book = Index(Decided(s_closed, Cut + 1, ReservationState.Taken), Decided(s_successor, 5, ReservationState.Free));
        Assert.Equal((ReservationState.Free, false), Current(book));
        Assert.Equal(s_successor, book.AuthorityOf(s_closed));
    }

    [Fact]
    public void The_first_decision_of_a_closed_one_hides_nothing_when_it_comes_too_late()
    {
        var book = Index(Decided(s_closed, Cut + 1, ReservationState.Taken, version: 1));
        Assert.Equal(((ReservationState?)null, false), Current(book));
    }

    [Fact]
    public void A_later_owner_s_decision_counts_before_an_earlier_one_s_whatever_their_ids()
    {
        var book = Index(closings: 2, Decided(s_closed, Cut, ReservationState.Held, version: 1), Decided(s_successor, Cut, ReservationState.Expired));
        Assert.Equal((ReservationState.Expired, false), Current(book));
        book = Index(closings: 2, Decided(s_closed, Cut, ReservationState.Held, version: 1), Decided(s_successor, Cut + 1, ReservationState.Expired));
        Assert.Equal((ReservationState.Held, false), Current(book));
        book = Index(closings: 2, Decided(s_closed, Cut, ReservationState.Held, version: 1), Decided(s_successor, Cut + 1, ReservationState.Expired, version: 3));
        Assert.True(Current(book).IsVoid);
    }

    private static (ReservationState? State, bool IsVoid) Current(ReservationIndex book)
    {
        var reservation = book.Current(s_key, s_closed, out var isVoid);
        return (reservation?.Record.State, isVoid);
    }

    private static Reservation Decided(ReplicaId by, ulong sequence, ReservationState state, ulong version = 2) =>
        new(by, sequence, new ReservationRecord(state, 1, default, 0, by, 1, version, []), Instant.Never);

    /// <summary>A book in which one account was closed, with the other as its successor.</summary>
    private static ReservationIndex Index(params Reservation[] reservations) => Index(1, reservations);

    /// <summary>Where there are two closings the successor's was closed too, and has a successor.</summary>
    private static ReservationIndex Index(int closings, params Reservation[] reservations)
    {
        var view = new EscrowView();
        ReplicaId[] voters = [s_closed, s_successor];
        view.Learn(0, new Decision { BootstrapId = new(1), Voters = voters });
        view.Learn(1, new Decision { BootstrapId = new(1), Voters = voters, Cut = [new(s_closed, Cut)], Closings = [new(s_closed, s_successor, [])] });
        if (closings > 1) view.Learn(2, new Decision { BootstrapId = new(1), Voters = voters, Cut = [new(s_successor, Cut)], Closings = [new(s_successor, new(5), [])] });
        view.Learn(s_pool, s_key, reservations);
        return view.ReservationsOf(s_pool);
    }
}
