namespace PeerReplica.SlowTests.Escrow;

/// <summary>Brings a state of the cluster to rest: heals what is cut, lets everyone learn everything, and sells what is left.</summary>
internal sealed class ForcedActions(ModelWorld world, ModelBounds bounds)
{
    private const int MaxRounds = 200;

    private readonly Dictionary<ModelState, ModelState> _settled = [];
    private readonly Dictionary<ModelState, string?> _sold = [];

    public int Count => _sold.Count;

    /// <summary>Everyone learns everything from everyone, and proposes in turn, until nothing changes any more. The default when it never does.</summary>
    public ModelState Settle(ModelState state)
    {
        state = state with { Cut = ModelState.None, WasCut = false, WasDeclaredDead = false, Waits = 0, Proposals = 0, Misses = 0, WaitingReturns = 0, HasLeft = false };
        if (_settled.TryGetValue(state, out var settled)) return settled;
        settled = Withdraw(state);
        var passed = new List<ModelState> { state };
        for (var round = 0; round < MaxRounds; round++)
        {
            // What follows depends on the state only: whatever led here before went the same way from here.
            if (round > 0 && _settled.TryGetValue(settled, out var known)) return Note(passed, known);
            if (round > 0) passed.Add(settled);
            var before = settled;
            settled = world.Renumbered(Exchange(settled));
            if (settled == before) settled = world.Renumbered(Propose(settled));
            if (settled == before) return Note(passed, settled);
        }

        return default;
    }

    private ModelState Note(List<ModelState> passed, ModelState settled)
    {
        foreach (var state in passed) _settled.TryAdd(state, settled);
        return settled;
    }

    /// <summary>What is wrong with the state once it has come to rest and is sold out; null when nothing is.</summary>
    public string? Violation(ModelState state)
    {
        var settled = Settle(state);
        if (settled.A != 0 && LacksQuorum(settled)) settled = Settle(DeclareEnded(settled));
        if (settled.A == 0) return "it never comes to rest";
        if (_sold.TryGetValue(settled, out var known)) return known;
        var soldOut = SellOut(settled);
        var violation = Judge(soldOut) ?? (bounds.Headroom is null ? null : JudgeFull(BringBack(soldOut)));
        _sold.Add(settled, violation);
        return violation;
    }

    /// <summary>As the core does: who is linked again is not dead.</summary>
    private ModelState Withdraw(ModelState state)
    {
        for (var slot = 0; slot < ModelState.Slots; slot++)
        {
            for (var other = 0; other < ModelState.Slots; other++)
            {
                if (state.AreLinked(slot, other) && Array.IndexOf(world[state[slot]].Engine.AccountConsensus.Own.Closings, ModelWorld.IdOf(other)) >= 0)
                    state = state.With(slot, world.Apply(state, slot, ActionKind.WithdrawDeclaration, other));
            }
        }

        return state;
    }

    /// <summary>Whether too many of the voters are gone for anything to be acknowledged: one crashed, and another that lives was closed.</summary>
    private bool LacksQuorum(ModelState state)
    {
        var slot = FirstFormed(state);
        if (slot < 0 || state.Crashed == ModelState.None) return false;
        var view = world[state[slot]].Engine.View;
        var live = view.Voters.Count(v => Enumerable.Range(0, ModelState.Slots).Any(s => ModelWorld.IdOf(s) == v && state.IsLive(s)));
        return live < view.Quorum();
    }

    private ModelState DeclareEnded(ModelState state)
    {
        var slot = FirstFormed(state);
        return state.With(slot, world.Apply(state, slot, ActionKind.DeclareEnded, state.Crashed));
    }

    private int FirstFormed(ModelState state) =>
        Enumerable.Range(0, ModelState.Slots).Where(s => state.IsLive(s) && world[state[s]].Engine.View.IsFormed).DefaultIfEmpty(ModelState.None).First();

    private ModelState Exchange(ModelState state)
    {
        for (var slot = 0; slot < ModelState.Slots; slot++)
        {
            for (var other = 0; other < ModelState.Slots; other++)
            {
                if (state.AreLinked(slot, other)) state = state.With(slot, world.Apply(state, slot, ActionKind.Learn, other));
            }
        }

        return state;
    }

    private ModelState Propose(ModelState state)
    {
        for (var slot = 0; slot < ModelState.Slots; slot++)
        {
            if (!state.IsLive(slot)) continue;
            var next = state.With(slot, world.Apply(state, slot, ActionKind.Propose));
            if (next != state) return next;
        }

        return state;
    }

    private ModelState SellOut(ModelState state)
    {
        for (var slot = 0; slot < ModelState.Slots && state.A != 0; slot++)
        {
            while (state.A != 0 && state.IsLive(slot) && MayAsk(world[state[slot]])) state = Settle(state.With(slot, world.Apply(state, slot, ActionKind.Wait)));
        }

        return state;
    }

    private static bool MayAsk(ModelReplica replica) =>
        replica.Port.Waiting == 0 && replica.Engine.View.IsFormed && !replica.Engine.Accounts[0].IsStopped && replica.Port.Taken <= ModelPort.Units * 2;

    private string? Judge(ModelState state)
    {
        if (state.A == 0) return "it never comes to rest when it is sold out";
        var (net, granted) = (0L, 0L);
        var live = new List<ModelReplica>();
        for (var slot = 0; slot < ModelState.Slots; slot++)
        {
            if (state[slot] == 0) continue;
            var replica = world[state[slot]];
            net += replica.Port.Taken - replica.Port.Returned;
            granted += replica.Port.Granted;
            if (replica.HasContradiction) return "two decisions have one number at rest";
            if (state.IsLive(slot)) live.Add(replica);
        }

        if (net > ModelPort.Units + granted) return $"{net} of {ModelPort.Units + granted} units can be taken";
        return live.Select(r => JudgeBooks(r, live, granted)).FirstOrDefault(v => v is not null);
    }

    /// <summary>Everyone waits to return, one after the other, for as long as one may.</summary>
    private ModelState BringBack(ModelState state)
    {
        for (var slot = 0; slot < ModelState.Slots && state.A != 0; slot++)
        {
            while (state.A != 0 && state.IsLive(slot) && MayBringBack(world[state[slot]])) state = Settle(state.With(slot, world.Apply(state, slot, ActionKind.WaitToReturn)));
        }

        return state;
    }

    private static bool MayBringBack(ModelReplica replica) =>
        replica.Port.WaitingToReturn == 0 && replica.Engine.View.IsFormed && !replica.Engine.Accounts[0].IsStopped && replica.Port.Returned <= ModelPort.Units * 3;

    /// <summary>No more may have come back than fits, and where no account was closed all that does.</summary>
    private string? JudgeFull(ModelState state)
    {
        if (state.A == 0) return "it never comes to rest when it is filled up";
        var (net, isWhole) = (0L, state.Crashed == ModelState.None);
        for (var slot = 0; slot < ModelState.Slots; slot++)
        {
            if (state[slot] == 0) continue;
            var replica = world[state[slot]];
            net += replica.Port.Taken - replica.Port.Returned + replica.Port.Waiting;
            isWhole &= !replica.Engine.View.Decisions.Any(d => d.Closings.Length > 0);
        }

        return -net > bounds.Headroom || (isWhole && -net < bounds.Headroom) ? $"filled up, {-net} came back where {bounds.Headroom} may" : null;
    }

    private string? JudgeBooks(ModelReplica replica, List<ModelReplica> live, long granted)
    {
        var view = replica.Engine.View;

        // Where more come up than are expected, some may be bound to one three and some ready for another: then they never form, which grants nothing.
        if (!view.IsFormed) return bounds.StartsFormed || (live.Count >= 3 && !bounds.HasFourth) ? "a replica is left out" : null;
        var audit = replica.Engine.Ledger.Audit(ModelPort.Object, id => live.Any(r => r.Self == id));
        var isRight = audit.IsBalanced && audit.Issued >= ModelPort.Units && audit.Issued <= ModelPort.Units + granted && audit.Free == 0;
        return isRight ? null : $"at rest and sold out, {replica.Self.ToString()[^4..]} says {audit}";
    }
}
