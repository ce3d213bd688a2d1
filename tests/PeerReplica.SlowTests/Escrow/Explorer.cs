namespace PeerReplica.SlowTests.Escrow;

/// <summary>
/// Goes through everything that can happen within bounds, breadth first, so that the first violation has a shortest trace. In each state no more may have been
/// taken than there was; and each, brought to rest, must be able to sell the remainder, and no more.
/// <para>
/// States count as one where nothing that is to come can tell them apart. Three things are left out, and nothing else:
/// </para>
/// <list type="number">
/// <item>
/// The numbers of what origins write. Two kinds are never compared with each other: marks (which of an account's records others must acknowledge, up to where a voter has) and
/// places (up to where an origin's writes are contained). Within a kind only the order counts, since a new one is greater than all. So each gets its rank among those that any
/// live replica still refers to, in all replicas alike: a step of the renamed state is the renamed step. See <see cref="Numbering"/>.
/// </item>
/// <item>
/// Marks up to the one that every live replica contains, knows to be acknowledged, and acknowledged itself, while all are bound to one forming and no proposal is open: all that
/// they are ever compared with is as great, so they count as that one. Likewise where an entry stands among an origin's writes, when all live replicas are past it and none will start.
/// </item>
/// <item>What a replica knew that crashed. Nobody learns from it, and it does nothing: what its app took is left. See <see cref="ModelReplica.Bury"/>.</item>
/// </list>
/// <para>
/// Nothing else is pruned: every interleaving of the steps in <see cref="Actions"/> is gone through. A step is one replica's: it learns all that one other knows, does all that is
/// due, publishes. Time stands still, so that nothing depends on spend rates.
/// </para>
/// </summary>
internal sealed class Explorer
{
    private readonly ModelBounds _bounds;
    private readonly ModelWorld _world;
    private readonly ForcedActions _forced;
    private readonly List<(ModelState State, int From, ModelAction By)> _found = [];
    private readonly HashSet<ModelState> _seen = [];

    public Explorer(ModelBounds bounds)
    {
        _bounds = bounds;
        _world = new ModelWorld(bounds);
        _forced = new ForcedActions(_world, bounds);
    }

    /// <summary>How many states of the cluster were found.</summary>
    public int States => _found.Count;

    /// <summary>How many states a single replica had.</summary>
    public int ReplicaStates => _world.Count;

    /// <summary>How many states of the cluster were sold out from rest.</summary>
    public int Rests => _forced.Count;

    /// <summary>How many actions lead to the states found last.</summary>
    public int Depth { get; private set; }

    /// <summary>Whether all that can happen within the bounds was gone through.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Explores; returns what was violated with the actions that lead to it, null when nothing was.</summary>
    public string? Run()
    {
        Add(Start(), -1, default);
        var levelEnd = 1;
        for (var i = 0; i < _found.Count; i++)
        {
            if (i == levelEnd)
            {
                if (++Depth >= _bounds.Depth) return null;
                levelEnd = _found.Count;
            }

            if (Violation(_found[i].State) is { } violation) return Trace(i, violation);
            if (_found.Count >= _bounds.States) continue;
            var state = _found[i].State;
            foreach (var (action, next) in Actions.After(state, _bounds, _world)) Add(_world.Renumbered(next), i, action);
        }

        IsComplete = _found.Count < _bounds.States;
        return null;
    }

    /// <summary>What can be seen of the states that were found: what each app took and can take, what accounts are worth, who is closed and votes.</summary>
    public IEnumerable<string> Outcomes() => _found.Select(f => string.Join("; ", Enumerable.Range(0, ModelState.Slots).Select(s => RecordSnapshot(f.State, s)))).Distinct();

    private string RecordSnapshot(ModelState state, int slot)
    {
        if (state[slot] == 0) return "none";
        var (replica, isLive) = (_world[state[slot]], state.IsLive(slot));
        var port = replica.Port;
        if (!isLive) return $"took {port.Taken}-{port.Returned}";
        var view = replica.Engine.View;
        var told = view.AccountOf(ModelPort.Object, replica.Self);
        var rights = Enumerable.Range(0, ModelState.Slots).Select(s => replica.Engine.Ledger.Rights(ModelPort.Object, ModelWorld.IdOf(s), up: false));
        var closed = view.Decisions.SelectMany(d => d.Closings).Select(c => $"{c.Account}>{c.Successor}");
        return $"took {port.Taken}-{port.Returned} of {port.Down.Left} waits {port.Waiting} tells {told.Down.Net}/{told.Down.Limit}/{told.Want}/{told.IsFinal} "
            + $"sees {string.Join(',', rights)} closed {string.Join(',', closed)} votes {view.Voters.Length} promised {replica.Engine.AccountConsensus.Own.Promised}";
    }

    private ModelState Start()
    {
        var start = new ModelState(_world.Start(0, 0), _world.Start(1, 1), _world.Start(2, 2), _bounds.HasFourth ? _world.Start(3, 3) : 0);
        if (_bounds.HasFourth) start = Meet(start);
        if (_bounds.StartsFormed) start = _forced.Settle(start);
        foreach (var slot in _bounds.SoldBy) start = _forced.Settle(start.With(slot, _world.Apply(start, slot, ActionKind.Take)));
        return start;
    }

    private ModelState Meet(ModelState strangers)
    {
        var met = strangers;
        for (var slot = 0; slot < ModelState.Slots; slot++)
        {
            for (var other = 0; other < ModelState.Slots; other++)
            {
                if (other != slot) met = met.With(slot, _world.Apply(strangers.With(slot, met[slot]), slot, ActionKind.Meet, other));
            }
        }

        for (var slot = 0; slot < ModelState.Slots; slot++) met = met.With(slot, _world.Apply(met, slot, ActionKind.Tend));
        return met;
    }

    private void Add(ModelState state, int from, ModelAction by)
    {
        if (_seen.Add(state)) _found.Add((state, from, by));
    }

    private string? Violation(ModelState state)
    {
        var (net, granted, back) = (0L, 0L, 0L);
        for (var slot = 0; slot < ModelState.Slots; slot++)
        {
            if (state[slot] == 0) continue;
            var replica = _world[state[slot]];
            if (replica.HasContradiction) return "two decisions have one number";
            var port = replica.Port;
            granted += port.Granted;
            net += port.Taken - port.Returned;
            back += port.Returned - port.Taken;
            if (!state.IsLive(slot)) continue;
            net += port.Down.Left;
            back += port.Up?.Left ?? 0;
        }

        // What is in a budget can be taken at this moment, by all at once.
        if (net > ModelPort.Units + granted) return $"{net} of {ModelPort.Units + granted} units can be taken";
        return back > (_bounds.Headroom ?? long.MaxValue) ? $"{back} units can come back, {_bounds.Headroom} may" : _forced.Violation(state);
    }

    private string Trace(int index, string violation)
    {
        var actions = new List<string>();
        for (var i = index; _found[i].From >= 0; i = _found[i].From) actions.Insert(0, _found[i].By.ToString());
        return $"{violation}, after: {string.Join("; ", actions)}";
    }
}
