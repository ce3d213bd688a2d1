namespace PeerReplica.Tests.Escrow;

/// <summary>
/// Every state that a single replica ever had, numbered, and what each step makes of it. A replica's step depends on nothing but its own state and that of
/// whom it learns from: it is computed once, however many states of the cluster it is part of.
/// </summary>
internal sealed class ModelWorld
{
    private readonly List<ModelReplica> _replicas = [];
    private readonly Dictionary<UInt128, int> _numbers = [];
    private readonly Dictionary<Step, int> _steps = [];
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
    public int Apply(ModelState state, int slot, Deed deed, int other = ModelState.None)
    {
        var source = deed is Deed.Learn or Deed.Meet ? state[other] : other;
        var step = new Step(state[slot], deed, source, state.LinkedWith(slot));
        if (_steps.TryGetValue(step, out var next)) return next;
        next = deed == Deed.Learn && !this[source].HasNewsFor(this[step.Replica]) ? Apply(state, slot, Deed.Tend) : Number(Do(step));
        _steps.Add(step, next);
        return next;
    }

    public int Start(int slot, int name)
    {
        var replica = new ModelReplica(IdOf(slot), ((char)('A' + name)).ToString(), _bounds.Allowance, _bounds.Planted);
        replica.Tend(false, _linked[0], 3);
        return Number(replica);
    }

    /// <summary>The fourth comes last and stands first in the order of ids.</summary>
    public static ReplicaId IdOf(int slot) => new((UInt128)(slot == ModelState.Slots - 1 ? 5 : (slot + 1) * 10));

    private ModelReplica Do(Step step)
    {
        var replica = this[step.Replica].Copy();
        switch (step.Deed)
        {
            case Deed.Learn:
                replica.LearnFrom(this[step.Source]);
                break;
            case Deed.Meet:
                replica.LearnFrom(this[step.Source]);
                return replica;
            case Deed.Take:
                replica.Port.TryTake();
                break;
            case Deed.Return:
                replica.Port.Return();
                break;
            case Deed.Wait:
                replica.Port.Wait();
                break;
            case Deed.DeclareDead or Deed.DeclareEnded:
                replica.Engine.AskToClose(IdOf(step.Source), step.Deed == Deed.DeclareEnded);
                break;
            case Deed.WithdrawDeclaration:
                replica.Engine.WithdrawClosing(IdOf(step.Source));
                break;
        }

        replica.Tend(step.Deed == Deed.Propose, _linked[step.Linked], 3);
        return replica;
    }

    private int Number(ModelReplica replica)
    {
        var fingerprint = replica.Fingerprint();
        if (_numbers.TryGetValue(fingerprint, out var number)) return number;
        _replicas.Add(replica);
        _numbers.Add(fingerprint, _replicas.Count);
        return _replicas.Count;
    }

    private readonly record struct Step(int Replica, Deed Deed, int Source, byte Linked);
}
