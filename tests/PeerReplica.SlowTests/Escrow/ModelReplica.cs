using PeerReplica.Causality;
using PeerReplica.Escrow;

namespace PeerReplica.SlowTests.Escrow;

/// <summary>One replica of the explored cluster: the engine itself, and in place of the network what it has of every origin's records.</summary>
internal sealed class ModelReplica : IEscrowPublisher
{
    private readonly SortedDictionary<ReplicaId, PublishedRecords> _known = [];
    private readonly EscrowEngine _engine;
    private readonly ModelPort _port;
    private readonly string _name;

    public ModelReplica(ReplicaId self, string name, ModelBounds bounds)
    {
        (Self, _name) = (self, name);
        _engine = new EscrowEngine(self);
        _engine.Introduce(name, name);
        _port = new ModelPort(bounds.Allowance, bounds.Headroom);
        _engine.Open(_port);
    }

    private ModelReplica(ModelReplica other)
    {
        (Self, _name, HasContradiction) = (other.Self, other._name, other.HasContradiction);
        foreach (var (origin, published) in other._known) _known.Add(origin, published);
        _port = other._port.Copy();
        _engine = other._engine.Copy(_ => _port);
    }

    public ReplicaId Self { get; }

    public EscrowEngine Engine => _engine;

    public ModelPort Port => _port;

    /// <summary>Whether it saw two decisions with one number, which the library takes for the end of the replica.</summary>
    public bool HasContradiction { get; private set; }

    public ModelReplica Copy() => new(this);

    /// <summary>What tells this state of a replica from every other.</summary>
    public UInt128 NumberBy(Fingerprint fingerprint) => fingerprint.Of(_engine, _port, _known, HasContradiction);

    /// <summary>Lets the numbers of its records be remembered.</summary>
    public void KeepRecords(Fingerprint fingerprint)
    {
        foreach (var published in _known.Values)
        {
            foreach (var entry in published.Entries)
            {
                if (entry.Record is Decided decided) fingerprint.Keep(decided.Decision);
                fingerprint.Keep(entry.Record);
            }

            fingerprint.Keep(published);
        }
    }

    /// <summary>Gives all numbers that it refers to other ones.</summary>
    public void Rename(Renaming renaming)
    {
        foreach (var (origin, published) in _known.ToArray()) _known[origin] = renaming.Of(origin, published);
        renaming.Apply(Self, _engine);
    }

    /// <summary>What is left of it when its process is gone: what its app took, and whether it saw a contradiction.</summary>
    public ModelReplica Bury()
    {
        var grave = new ModelReplica(Self, _name, new ModelBounds()) { HasContradiction = HasContradiction };
        grave._port.Inherit(_port);
        return grave;
    }

    public bool HasNewsFor(ModelReplica other)
    {
        foreach (var (origin, published) in _known)
        {
            if (published.Sequence > other.SequenceOf(origin)) return true;
        }

        return false;
    }

    /// <summary>Learns all that the other knows, as one transfer brings it: of each origin the latest of each entry, in the order of its writes.</summary>
    public void LearnFrom(ModelReplica other)
    {
        foreach (var (origin, published) in other._known)
        {
            var from = SequenceOf(origin);
            if (published.Sequence <= from) continue;
            _known[origin] = published;
            foreach (var entry in published.After(from)) Learn(origin, entry);
        }
    }

    /// <summary>Does all that is due, and publishes what a broadcast would.</summary>
    public void Tend(bool mayPropose, IReadOnlySet<ReplicaId> reachable, int expected)
    {
        var inputs = new ConsensusInputs { MayPropose = mayPropose, Ready = Ready(reachable, expected), Reachable = reachable };
        for (var round = 0; round < 64; round++)
        {
            var before = SequenceOf(Self);
            _engine.Tend(inputs, new Instant(1), this);
            Publish(_engine.Accounts[0]);
            if (SequenceOf(Self) == before) return;

            // It was its turn once: if that is to happen again it is a step of its own.
            inputs = inputs with { MayPropose = false };
        }

        throw new InvalidOperationException("a replica is never done");
    }

    public void Publish(ConsensusRecord record)
    {
        Say("consensus", record);
        _engine.View.Learn(Self, record);
    }

    public void Publish(ulong slot, Decision decision)
    {
        var name = $"{decision.BootstrapId}/{slot:D4}";
        if (_known.Values.Any(s => s.Has(name))) return;
        Say(name, new Decided(slot, decision));
        HasContradiction |= !_engine.View.Learn(slot, decision);
    }

    public void Publish(EscrowName name, byte[] key, ReservationRecord record, Instant expiresAt) =>
        throw new InvalidOperationException("nobody holds anything here");

    public void Remove(EscrowName name, byte[] key) => throw new InvalidOperationException("nobody holds anything here");

    public void Publish(Account account)
    {
        if (!account.IsStale) return;

        // Marks have numbers of their own: the engine compares them with each other only, and so only their order matters.
        var record = account.ToRecord(_engine.View.SinceOf(Self) + 1);
        Say("account", record);
        _engine.View.Learn(Self, ModelPort.Object, record);
    }

    /// <summary>As the core does: that many, of as many names, all of them linked.</summary>
    private ReplicaId[] Ready(IReadOnlySet<ReplicaId> reachable, int expected)
    {
        if (_engine.View.IsFormed) return [];
        var names = new Dictionary<string, ReplicaId>(StringComparer.Ordinal) { [_name] = Self };
        foreach (var other in reachable)
        {
            if (_engine.View.ConsensusRecordOf(other) is { Slot: 0 } record && !_engine.View.IsEnded(other)) names.TryAdd(record.NodeName, other);
        }

        return names.Count >= expected ? [.. names.Values.Order().Take(expected)] : [];
    }

    private void Learn(ReplicaId origin, object record)
    {
        switch (record)
        {
            case ConsensusRecord consensus:
                _engine.View.Learn(origin, consensus);
                break;
            case AccountRecord account:
                _engine.View.Learn(origin, ModelPort.Object, account);
                break;
            case Decided decided:
                HasContradiction |= !_engine.View.Learn(decided.Slot, decided.Decision);
                break;
        }
    }

    private void Say(string entry, object record) => _known[Self] = (_known.GetValueOrDefault(Self) ?? PublishedRecords.Nothing).With(entry, record);

    private ulong SequenceOf(ReplicaId origin) => _known.TryGetValue(origin, out var published) ? published.Sequence : 0;
}
