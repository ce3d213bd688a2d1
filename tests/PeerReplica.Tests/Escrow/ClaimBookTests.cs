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

    private static (ClaimState? State, bool IsVoid) Current(ClaimBook book)
    {
        var claim = book.Current(s_key, s_closed, out var isVoid);
        return (claim?.Record.State, isVoid);
    }

    private static Claim Decided(ReplicaId by, ulong sequence, ClaimState state) =>
        new(by, sequence, new ClaimRecord(state, 1, default, 0, by, 1, 2, []), Instant.Never);

    /// <summary>A book in which one account was closed, with the other as its heir.</summary>
    private static ClaimBook Book(params Claim[] claims)
    {
        var view = new EscrowView();
        ReplicaId[] voters = [s_closed, s_heir];
        view.Learn(0, new Decision { Formation = new(1), Voters = voters });
        view.Learn(1, new Decision { Formation = new(1), Voters = voters, Cut = [new(s_closed, Cut)], Closings = [new(s_closed, s_heir, [])] });
        view.Learn(s_pool, s_key, claims);
        return view.ClaimsOf(s_pool);
    }
}
