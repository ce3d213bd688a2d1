using System.Runtime.Intrinsics;

namespace PeerReplica.SlowTests.Escrow;

/// <summary>
/// Every state that a single replica ever had, numbered, and what each step makes of it. A replica's step depends on nothing but its own state and that of
/// whom it learns from: it is computed once, however many states of the cluster it is part of.
/// </summary>
internal sealed class ModelWorld
{
    private readonly List<ModelReplica> _replicas = [];
    private readonly Dictionary<UInt128, int> _numbers = [];
    private readonly Fingerprint _fingerprint = new();
    private readonly Dictionary<Numbering, Renaming> _renamings = [];
    private readonly List<References> _references = [];
    private readonly Dictionary<Step, int> _steps = [];
    private readonly Dictionary<(int Replica, Numbering By), int> _renamed = [];
    private readonly HashSet<ReplicaId>[] _linked = new HashSet<ReplicaId>[1 << ModelState.Slots];
    private readonly ModelBounds _bounds;

    public ModelWorld(ModelBounds bounds)
    {
        _bounds = bounds;
        for (var mask = 0; mask < _linked.Length; mask++)
            _linked[mask] = [.. Enumerable.Range(0, ModelState.Slots).Where(s => (mask & (1 << s)) != 0).Select(IdOf)];
    }

    public ModelReplica this[int number] => _replicas[number - 1];

    public int Count => _replicas.Count;

    /// <summary>The state that a step leads to.</summary>
    public int Apply(ModelState state, int slot, ActionKind kind, int other = ModelState.None)
    {
        var source = kind is ActionKind.Learn or ActionKind.Meet ? state[other] : other;
        var step = new Step(state[slot], kind, source, state.LinkedWith(slot));
        if (_steps.TryGetValue(step, out var next)) return next;
        next = kind == ActionKind.Learn && !this[source].HasNewsFor(this[step.Replica]) ? Apply(state, slot, ActionKind.Tend) : Number(Do(step));
        _steps.Add(step, next);
        return next;
    }

    public int Start(int slot, int name)
    {
        var replica = new ModelReplica(IdOf(slot), ((char)('A' + name)).ToString(), _bounds);
        replica.Tend(false, _linked[0], 3);
        return Number(replica);
    }

    /// <summary>The fourth comes last and stands first in the order of ids.</summary>
    public static ReplicaId IdOf(int slot) => new((UInt128)(slot == ModelState.Slots - 1 ? 5 : (slot + 1) * 10));

    public static int SlotOf(ReplicaId id) => id.Value == 5 ? ModelState.Slots - 1 : (int)(id.Value / 10) - 1;

    /// <summary>What is left of a replica whose process is gone.</summary>
    public int Bury(int number) => _bounds.IsReduced ? Number(this[number].Bury()) : number;

    /// <summary>The same state with the lowest numbers that keep their order: what is to come from it differs by these only.</summary>
    public ModelState Renumbered(ModelState state)
    {
        if (!_bounds.IsReduced) return state;

        // One that may start yet will be told all there is.
        var by = NumberingOf(state, _bounds.MayRestart && state.D == 0, out var isRanked);
        if (isRanked) return state;
        for (var slot = 0; slot < ModelState.Slots; slot++)
        {
            if (state.IsLive(slot)) state = state.With(slot, Renamed(state[slot], by));
        }

        return state;
    }

    private Numbering NumberingOf(ModelState state, bool mayJoin, out bool isRanked)
    {
        Span<ulong> marks = stackalloc ulong[ModelState.Slots];
        Span<ulong> places = stackalloc ulong[ModelState.Slots];
        var isStill = !mayJoin && IsStill(state);
        isRanked = true;
        for (var origin = 0; origin < ModelState.Slots; origin++)
        {
            var (entries, certain, told) = (0UL, isStill ? int.MaxValue : 0, mayJoin ? 0 : int.MaxValue);
            for (var slot = 0; slot < ModelState.Slots; slot++)
            {
                if (!state.IsLive(slot)) continue;
                var references = _references[state[slot] - 1];
                marks[origin] |= references.Marks(origin);
                places[origin] |= 1UL << references.Place(origin);
                entries |= references.Entries(origin);
                certain = Math.Min(certain, references.Certain(origin));
                told = Math.Min(told, references.Place(origin));
            }

            if (certain is > 0 and < 64) marks[origin] &= ~((1UL << certain) - 1);
            places[origin] |= told < 64 ? entries & ~((2UL << told) - 1) : 0;
            if (told == 0) places[origin] |= 1;
            isRanked &= told is 0 or >= 64 || (entries & ((2UL << told) - 2)) == 0;
        }

        var by = new Numbering(Vector256.Create<ulong>(marks), Vector256.Create<ulong>(places));
        isRanked &= by.IsRanked;
        return by;
    }

    /// <summary>Whether all go by one bootstrap for good, and nothing is proposed that could still be decided.</summary>
    private bool IsStill(ModelState state)
    {
        References? first = null;
        var (open, slots) = (-1L, long.MaxValue);
        for (var slot = 0; slot < ModelState.Slots; slot++)
        {
            if (!state.IsLive(slot)) continue;
            var references = _references[state[slot] - 1];
            first ??= references;
            if (!references.IsBound || references.BootstrapId != first.BootstrapId) return false;
            open = Math.Max(open, references.OpenSlot);
            slots = Math.Min(slots, (long)references.Slot);
        }

        return open < slots;
    }

    private int Renamed(int number, Numbering by)
    {
        if (_renamed.TryGetValue((number, by), out var renamed)) return renamed;
        var copy = this[number].Copy();
        if (!_renamings.TryGetValue(by, out var renaming)) _renamings.Add(by, renaming = new Renaming(by.MarkOf, by.PlaceOf));
        copy.Rename(renaming);
        renamed = Number(copy);
        _renamed.Add((number, by), renamed);
        return renamed;
    }

    private ModelReplica Do(Step step)
    {
        var replica = this[step.Replica].Copy();
        switch (step.ActionKind)
        {
            case ActionKind.Learn:
                replica.LearnFrom(this[step.Source]);
                break;
            case ActionKind.Meet:
                replica.LearnFrom(this[step.Source]);
                return replica;
            case ActionKind.Take:
                replica.Port.TryTake();
                break;
            case ActionKind.Return:
                replica.Port.TryReturn();
                break;
            case ActionKind.Miss:
                replica.Port.Miss();
                break;
            case ActionKind.WaitToReturn:
                replica.Port.WaitToReturn();
                break;
            case ActionKind.Grant:
                replica.Port.Grant();
                break;
            case ActionKind.Leave:
                replica.Engine.Leave();
                break;
            case ActionKind.Retire:
                replica.Engine.Retire(replica);
                break;
            case ActionKind.Wait:
                replica.Port.Wait();
                break;
            case ActionKind.DeclareDead or ActionKind.DeclareEnded:
                replica.Engine.AskToClose(IdOf(step.Source), step.ActionKind == ActionKind.DeclareEnded);
                break;
            case ActionKind.WithdrawDeclaration:
                replica.Engine.WithdrawClosing(IdOf(step.Source));
                break;
        }

        replica.Tend(step.ActionKind == ActionKind.Propose, _linked[step.Linked], 3);
        return replica;
    }

    private int Number(ModelReplica replica)
    {
        var fingerprint = replica.NumberBy(_fingerprint);
        if (_numbers.TryGetValue(fingerprint, out var number)) return number;
        replica = replica.Copy();
        replica.KeepRecords(_fingerprint);
        _replicas.Add(replica);
        _references.Add(new References(replica));
        _numbers.Add(fingerprint, _replicas.Count);
        return _replicas.Count;
    }

    private readonly record struct Step(int Replica, ActionKind ActionKind, int Source, byte Linked);
}
