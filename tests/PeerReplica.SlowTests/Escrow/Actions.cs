namespace PeerReplica.SlowTests.Escrow;

/// <summary>What can happen in a state of the cluster.</summary>
internal static class Actions
{
    public static IEnumerable<(ModelAction Action, ModelState Next)> After(ModelState state, ModelBounds bounds, ModelWorld world)
    {
        for (sbyte slot = 0; slot < ModelState.Slots; slot++)
        {
            if (!state.IsLive(slot)) continue;
            foreach (var next in OfReplica(state, slot, bounds, world)) yield return next;
            if (!world[state[slot]].Engine.Accounts[0].IsStopped)
            {
                foreach (var next in OfApp(state, slot, bounds, world)) yield return next;
            }

            foreach (var next in OfLeaver(state, slot, bounds, world)) yield return next;
            foreach (var next in Declarations(state, slot, bounds, world)) yield return next;
        }

        foreach (var next in OfSurroundings(state, bounds, world)) yield return next;
    }

    private static IEnumerable<(ModelAction Action, ModelState Next)> OfReplica(ModelState state, sbyte slot, ModelBounds bounds, ModelWorld world)
    {
        for (sbyte other = 0; other < ModelState.Slots; other++)
        {
            if (state.AreLinked(slot, other)) yield return (new(Deed.Learn, slot, other), state.With(slot, world.Apply(state, slot, Deed.Learn, other)));
        }

        if (state.Proposals < bounds.Proposals && Array.IndexOf(bounds.Proposing, (int)slot) >= 0)
        {
            // It counts as a proposal only if it came to one.
            var tended = world.Apply(state, slot, Deed.Tend);
            var proposed = world.Apply(state, slot, Deed.Propose);
            if (proposed != tended) yield return (new(Deed.Propose, slot), state.With(slot, proposed) with { Proposals = (byte)(state.Proposals + 1) });
        }
    }

    /// <summary>What its app does. Nobody uses one that has stopped.</summary>
    private static IEnumerable<(ModelAction Action, ModelState Next)> OfApp(ModelState state, sbyte slot, ModelBounds bounds, ModelWorld world)
    {
        var port = world[state[slot]].Port;
        if (port.Down.Left > 0 && Sum(state, world, static p => p.Taken) < bounds.Takes) yield return (new(Deed.Take, slot), state.With(slot, world.Apply(state, slot, Deed.Take)));
        if ((port.Up is null ? port.Taken > port.Returned : port.Up.Left > 0) && Sum(state, world, static p => p.Returned) < bounds.Returns)
            yield return (new(Deed.Return, slot), state.With(slot, world.Apply(state, slot, Deed.Return)));
        if (port.Down.Left == 0 && state.Waits < bounds.Waits && Array.IndexOf(bounds.Asking, (int)slot) >= 0)
            yield return (new(Deed.Wait, slot), state.With(slot, world.Apply(state, slot, Deed.Wait)) with { Waits = (byte)(state.Waits + 1) });
        if (port.Down.Left == 0 && state.Misses < bounds.Misses)
            yield return (new(Deed.Miss, slot), state.With(slot, world.Apply(state, slot, Deed.Miss)) with { Misses = (byte)(state.Misses + 1) });
        if (port.Up is { Left: 0 } && state.WaitingReturns < bounds.WaitingReturns)
            yield return (new(Deed.WaitToReturn, slot), state.With(slot, world.Apply(state, slot, Deed.WaitToReturn)) with { WaitingReturns = (byte)(state.WaitingReturns + 1) });
        if (Sum(state, world, static p => p.Granted) < bounds.Grants) yield return (new(Deed.Grant, slot), state.With(slot, world.Apply(state, slot, Deed.Grant)));
    }

    private static IEnumerable<(ModelAction Action, ModelState Next)> OfLeaver(ModelState state, sbyte slot, ModelBounds bounds, ModelWorld world)
    {
        var engine = world[state[slot]].Engine;
        if (!state.HasLeft && Array.IndexOf(bounds.Leaving, (int)slot) >= 0)
        {
            yield return (new(Deed.Leave, slot), state.With(slot, world.Apply(state, slot, Deed.Leave)) with { HasLeft = true });
        }
        else if (engine.IsLeaving && state.Crashed == ModelState.None)
        {
            // Its process ends once it has said its last word, whether or not anybody heard that.
            var hasRetired = Array.IndexOf(engine.Council.Own.Ended, ModelWorld.IdOf(slot)) >= 0;
            yield return hasRetired
                ? (new(Deed.Crash, slot), state.With(slot, world.Bury(state[slot])) with { Crashed = slot, Cut = state.Cut == slot ? ModelState.None : state.Cut })
                : (new(Deed.Retire, slot), state.With(slot, world.Apply(state, slot, Deed.Retire)));
        }
    }

    private static IEnumerable<(ModelAction Action, ModelState Next)> Declarations(ModelState state, sbyte slot, ModelBounds bounds, ModelWorld world)
    {
        if (!bounds.MayDeclareDead) yield break;
        for (sbyte other = 0; other < ModelState.Slots; other++)
        {
            if (other == slot || state[other] == 0) continue;
            if (!state.WasDeclaredDead && !state.AreLinked(slot, other) && Array.IndexOf(bounds.Declaring, (int)slot) >= 0)
            {
                var declared = state with { WasDeclaredDead = true };
                yield return (new(Deed.DeclareDead, slot, other), declared.With(slot, world.Apply(state, slot, Deed.DeclareDead, other)));
                if (other == state.Crashed) yield return (new(Deed.DeclareEnded, slot, other), declared.With(slot, world.Apply(state, slot, Deed.DeclareEnded, other)));
            }
            else if (state.AreLinked(slot, other) && Array.IndexOf(world[state[slot]].Engine.Council.Own.Closings, ModelWorld.IdOf(other)) >= 0)
            {
                yield return (new(Deed.WithdrawDeclaration, slot, other), state.With(slot, world.Apply(state, slot, Deed.WithdrawDeclaration, other)));
            }
        }
    }

    private static IEnumerable<(ModelAction Action, ModelState Next)> OfSurroundings(ModelState state, ModelBounds bounds, ModelWorld world)
    {
        if (state.Crashed == ModelState.None)
        {
            foreach (var slot in bounds.Crashing) yield return (new(Deed.Crash, (sbyte)slot), state.With(slot, world.Bury(state[slot])) with { Crashed = (sbyte)slot, Cut = state.Cut == slot ? ModelState.None : state.Cut });
        }
        else if (bounds.MayRestart && state.D == 0)
        {
            yield return (new(Deed.Restart, state.Crashed), state.With(ModelState.Slots - 1, world.Start(ModelState.Slots - 1, state.Crashed)));
        }

        if (!state.WasCut)
        {
            foreach (var slot in bounds.Cutting)
            {
                if (state.IsLive(slot)) yield return (new(Deed.Cut, (sbyte)slot), state with { Cut = (sbyte)slot, WasCut = true });
            }
        }
        else if (state.Cut != ModelState.None)
        {
            yield return (new(Deed.Heal, state.Cut), state with { Cut = ModelState.None });
        }
    }

    private static long Sum(ModelState state, ModelWorld world, Func<ModelPort, long> what)
    {
        var sum = 0L;
        for (var slot = 0; slot < ModelState.Slots; slot++)
        {
            if (state[slot] != 0) sum += what(world[state[slot]].Port);
        }

        return sum;
    }
}
