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
            if (state.AreLinked(slot, other)) yield return (new(ActionKind.Learn, slot, other), state.With(slot, world.Apply(state, slot, ActionKind.Learn, other)));
        }

        if (state.Proposals < bounds.Proposals && Array.IndexOf(bounds.Proposing, (int)slot) >= 0)
        {
            // It counts as a proposal only if it came to one.
            var tended = world.Apply(state, slot, ActionKind.Tend);
            var proposed = world.Apply(state, slot, ActionKind.Propose);
            if (proposed != tended) yield return (new(ActionKind.Propose, slot), state.With(slot, proposed) with { Proposals = (byte)(state.Proposals + 1) });
        }
    }

    /// <summary>What its app does. Nobody uses one that has stopped.</summary>
    private static IEnumerable<(ModelAction Action, ModelState Next)> OfApp(ModelState state, sbyte slot, ModelBounds bounds, ModelWorld world)
    {
        var port = world[state[slot]].Port;
        if (port.Down.Left > 0 && Sum(state, world, static p => p.Taken) < bounds.Takes) yield return (new(ActionKind.Take, slot), state.With(slot, world.Apply(state, slot, ActionKind.Take)));
        if ((port.Up is null ? port.Taken > port.Returned : port.Up.Left > 0) && Sum(state, world, static p => p.Returned) < bounds.Returns)
            yield return (new(ActionKind.Return, slot), state.With(slot, world.Apply(state, slot, ActionKind.Return)));
        if (port.Down.Left == 0 && state.Waits < bounds.Waits && Array.IndexOf(bounds.Asking, (int)slot) >= 0)
            yield return (new(ActionKind.Wait, slot), state.With(slot, world.Apply(state, slot, ActionKind.Wait)) with { Waits = (byte)(state.Waits + 1) });
        if (port.Down.Left == 0 && state.Misses < bounds.Misses)
            yield return (new(ActionKind.Miss, slot), state.With(slot, world.Apply(state, slot, ActionKind.Miss)) with { Misses = (byte)(state.Misses + 1) });
        if (port.Up is { Left: 0 } && state.WaitingReturns < bounds.WaitingReturns)
            yield return (new(ActionKind.WaitToReturn, slot), state.With(slot, world.Apply(state, slot, ActionKind.WaitToReturn)) with { WaitingReturns = (byte)(state.WaitingReturns + 1) });
        if (Sum(state, world, static p => p.Granted) < bounds.Grants) yield return (new(ActionKind.Grant, slot), state.With(slot, world.Apply(state, slot, ActionKind.Grant)));
    }

    private static IEnumerable<(ModelAction Action, ModelState Next)> OfLeaver(ModelState state, sbyte slot, ModelBounds bounds, ModelWorld world)
    {
        var engine = world[state[slot]].Engine;
        if (!state.HasLeft && Array.IndexOf(bounds.Leaving, (int)slot) >= 0)
        {
            yield return (new(ActionKind.Leave, slot), state.With(slot, world.Apply(state, slot, ActionKind.Leave)) with { HasLeft = true });
        }
        else if (engine.IsLeaving && state.Crashed == ModelState.None)
        {
            // Its process ends once it has said its last word, whether or not anybody heard that.
            var hasRetired = Array.IndexOf(engine.AccountConsensus.Own.Ended, ModelWorld.IdOf(slot)) >= 0;
            yield return hasRetired
                ? (new(ActionKind.Crash, slot), state.With(slot, world.Bury(state[slot])) with { Crashed = slot, Cut = state.Cut == slot ? ModelState.None : state.Cut })
                : (new(ActionKind.Retire, slot), state.With(slot, world.Apply(state, slot, ActionKind.Retire)));
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
                yield return (new(ActionKind.DeclareDead, slot, other), declared.With(slot, world.Apply(state, slot, ActionKind.DeclareDead, other)));
                if (other == state.Crashed) yield return (new(ActionKind.DeclareEnded, slot, other), declared.With(slot, world.Apply(state, slot, ActionKind.DeclareEnded, other)));
            }
            else if (state.AreLinked(slot, other) && Array.IndexOf(world[state[slot]].Engine.AccountConsensus.Own.Closings, ModelWorld.IdOf(other)) >= 0)
            {
                yield return (new(ActionKind.WithdrawDeclaration, slot, other), state.With(slot, world.Apply(state, slot, ActionKind.WithdrawDeclaration, other)));
            }
        }
    }

    private static IEnumerable<(ModelAction Action, ModelState Next)> OfSurroundings(ModelState state, ModelBounds bounds, ModelWorld world)
    {
        if (state.Crashed == ModelState.None)
        {
            foreach (var slot in bounds.Crashing) yield return (new(ActionKind.Crash, (sbyte)slot), state.With(slot, world.Bury(state[slot])) with { Crashed = (sbyte)slot, Cut = state.Cut == slot ? ModelState.None : state.Cut });
        }
        else if (bounds.MayRestart && state.D == 0)
        {
            yield return (new(ActionKind.Restart, state.Crashed), state.With(ModelState.Slots - 1, world.Start(ModelState.Slots - 1, state.Crashed)));
        }

        if (!state.WasCut)
        {
            foreach (var slot in bounds.Cutting)
            {
                if (state.IsLive(slot)) yield return (new(ActionKind.Cut, (sbyte)slot), state with { Cut = (sbyte)slot, WasCut = true });
            }
        }
        else if (state.Cut != ModelState.None)
        {
            yield return (new(ActionKind.Heal, state.Cut), state with { Cut = ModelState.None });
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
