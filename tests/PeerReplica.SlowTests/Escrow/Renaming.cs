using PeerReplica.Escrow;

namespace PeerReplica.SlowTests.Escrow;

/// <summary>
/// Gives the marks of a replica's state other numbers, everywhere they stand. What is one object stays one: the engine compares some by reference.
/// </summary>
/// <param name="mark">The new number of a place in an owner's sequence of accounts.</param>
/// <param name="place">The new number of a write in its origin's sequence of writes.</param>
internal sealed class Renaming(Func<ReplicaId, ulong, ulong> mark, Func<ReplicaId, PublishedRecords, PublishedRecords> place)
{
    private readonly Dictionary<object, object> _renamed = new(ReferenceEqualityComparer.Instance);

    /// <summary>What an origin said.</summary>
    public PublishedRecords Of(ReplicaId origin, PublishedRecords published)
    {
        return Once(published, s =>
        {
            var placed = place(origin, s);
            return placed with { Entries = [.. placed.Entries.Select(e => (e.Entry, e.Sequence, OfSaid(origin, e.Record)))] };
        });
    }

    public void Apply(ReplicaId self, EscrowEngine engine)
    {
        var view = engine.View;
        Each(ViewInternals.DecisionsOf(view));
        Each(ViewInternals.KnownOf(view), (_, d) => Of(d));
        Each(ViewInternals.ClosedOf(view.Closed), (id, c) => (Of(c.Closing), mark(id, c.Cut), c.Slot));
        var inOrder = ViewInternals.InOrderOf(view.Closed);
        for (var i = 0; i < inOrder.Count; i++) inOrder[i] = Of(inOrder[i]);
        Each(ViewInternals.ConsensusRecordOf(view), (_, r) => Of(r));
        foreach (var accounts in ViewInternals.AccountsOf(view).Values) Each(accounts, Of);
        Each(ViewInternals.SinceOf(view), mark);
        Each(ViewInternals.AckedOf(view), mark);
        ViewInternals.SetOwn(engine.AccountConsensus, Of(engine.AccountConsensus.Own));
        foreach (var account in engine.Accounts)
        {
            ref var told = ref ViewInternals.ToldOf(account);
            told = Of(self, told);
            Apply(self, ViewInternals.DownOf(account));
            if (ViewInternals.UpOf(account) is { } up) Apply(self, up);
        }
    }

    private void Apply(ReplicaId self, AccountBook book)
    {
        ref var limit = ref ViewInternals.LimitSinceOf(book);
        limit = mark(self, limit);
        ref var granted = ref ViewInternals.GrantedSinceOf(book);
        granted = mark(self, granted);
        Each(ViewInternals.TransfersOf(book), (_, g) => Of(self, g));
    }

    private object OfSaid(ReplicaId origin, object record) => record switch
    {
        ConsensusRecord consensus => Of(consensus),
        AccountRecord account => Of(origin, account),
        Decided decided => Once(decided, d => d with { Decision = Of(d.Decision) }),
        _ => throw new InvalidOperationException("nothing else is said"),
    };

    private ConsensusRecord Of(ConsensusRecord record) => Once(record, r => r with
    {
        Acks = Of(r.Acks),
        AcceptedValue = r.AcceptedValue is { } accepted ? Of(accepted) : null,
        ProposedValue = r.ProposedValue is { } proposed ? Of(proposed) : null,
    });

    private Decision Of(Decision decision) => Once(decision, d => d with { Cut = Of(d.Cut), Closings = [.. d.Closings.Select(Of)] });

    private Closing Of(Closing closing) => Once(closing, c => c with { Objects = [.. c.Objects.Select(o => o with { Down = Of(c.Account, o.Down), Up = Of(c.Account, o.Up) })] });

    private ClosedSide Of(ReplicaId owner, ClosedSide side) => side with { Transfers = Of(owner, side.Transfers) };

    private AccountRecord Of(ReplicaId owner, AccountRecord record) => Once(record, r => r with { Down = Of(owner, r.Down), Up = Of(owner, r.Up) });

    private AccountSide Of(ReplicaId owner, AccountSide side) =>
        side with { LimitSince = mark(owner, side.LimitSince), GrantedSince = mark(owner, side.GrantedSince), Transfers = Of(owner, side.Transfers) };

    private RightsTransfer[] Of(ReplicaId owner, RightsTransfer[] transfers) => [.. transfers.Select(g => Of(owner, g))];

    private RightsTransfer Of(ReplicaId owner, RightsTransfer transfer) => transfer.Since == ulong.MaxValue ? transfer : transfer with { Since = mark(owner, transfer.Since) };

    private Mark[] Of(Mark[] marks) => [.. marks.Select(m => new Mark(m.Replica, mark(m.Replica, m.Sequence)))];

    private T Once<T>(T record, Func<T, T> rename)
        where T : class
    {
        if (_renamed.TryGetValue(record, out var known)) return (T)known;
        var renamed = rename(record);
        _renamed.Add(record, renamed);
        return renamed;
    }

    private void Each(List<Decision> decisions)
    {
        for (var i = 0; i < decisions.Count; i++) decisions[i] = Of(decisions[i]);
    }

    private static void Each<TKey, TValue>(IDictionary<TKey, TValue> all, Func<TKey, TValue, TValue> rename)
    {
        foreach (var (key, value) in all.ToArray()) all[key] = rename(key, value);
    }
}
