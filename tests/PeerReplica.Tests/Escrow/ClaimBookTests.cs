using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>Whose decision about a claim counts once an account was closed.</summary>
public sealed class ClaimBookTests
{
    private const ulong Cut = 62;
    private static readonly ReplicaId s_closed = new(10);
    private static readonly ReplicaId s_heir = new(20);
    private static readonly EscrowName s_pool = new(ObjectKind.Pool, "seats");
    private static readonly byte[] s_key = [1];

    [Fact]
    public void What_was_decided_within_the_cut_counts()
    {
        var book = Book(Decided(s_closed, Cut, ClaimState.Taken));
        Assert.Equal((ClaimState.Taken, false), Current(book));
    }

    [Fact]
    public void What_was_decided_beyond_the_cut_counts_for_nothing_and_hides_what_stood_there()
    {
        var book = Book(Decided(s_closed, Cut + 1, ClaimState.Taken));
        Assert.True(Current(book).IsVoid);
    }

    [Fact]
    public void What_the_heir_has_decided_counts_whatever_the_closed_one_decided_too_late()
    {
        var book = Book(Decided(s_closed, Cut + 1, ClaimState.Taken), Decided(s_heir, 5, ClaimState.Free));
        Assert.Equal((ClaimState.Free, false), Current(book));
        Assert.Equal(s_heir, book.AuthorityOf(s_closed));
    }

    [Fact]
    public void The_first_decision_of_a_closed_one_hides_nothing_when_it_comes_too_late()
    {
        var book = Book(Decided(s_closed, Cut + 1, ClaimState.Taken, version: 1));
        Assert.Equal(((ClaimState?)null, false), Current(book));
    }

    [Fact]
    public void A_later_owner_s_decision_counts_before_an_earlier_one_s_whatever_their_ids()
    {
        var book = Book(closings: 2, Decided(s_closed, Cut, ClaimState.Held, version: 1), Decided(s_heir, Cut, ClaimState.Expired));
        Assert.Equal((ClaimState.Expired, false), Current(book));
        book = Book(closings: 2, Decided(s_closed, Cut, ClaimState.Held, version: 1), Decided(s_heir, Cut + 1, ClaimState.Expired));
        Assert.Equal((ClaimState.Held, false), Current(book));
        book = Book(closings: 2, Decided(s_closed, Cut, ClaimState.Held, version: 1), Decided(s_heir, Cut + 1, ClaimState.Expired, version: 3));
        Assert.True(Current(book).IsVoid);
    }

    private static (ClaimState? State, bool IsVoid) Current(ClaimBook book)
    {
        var claim = book.Current(s_key, s_closed, out var isVoid);
        return (claim?.Record.State, isVoid);
    }

    private static Claim Decided(ReplicaId by, ulong sequence, ClaimState state, ulong version = 2) =>
        new(by, sequence, new ClaimRecord(state, 1, default, 0, by, 1, version, []), Instant.Never);

    /// <summary>A book in which one account was closed, with the other as its heir.</summary>
    private static ClaimBook Book(params Claim[] claims) => Book(1, claims);

    /// <summary>Where there are two closings the heir's was closed too, and has an heir.</summary>
    private static ClaimBook Book(int closings, params Claim[] claims)
    {
        var view = new EscrowView();
        ReplicaId[] voters = [s_closed, s_heir];
        view.Learn(0, new Decision { Formation = new(1), Voters = voters });
        view.Learn(1, new Decision { Formation = new(1), Voters = voters, Cut = [new(s_closed, Cut)], Closings = [new(s_closed, s_heir, [])] });
        if (closings > 1) view.Learn(2, new Decision { Formation = new(1), Voters = voters, Cut = [new(s_heir, Cut)], Closings = [new(s_heir, new(5), [])] });
        view.Learn(s_pool, s_key, claims);
        return view.ClaimsOf(s_pool);
    }
}
