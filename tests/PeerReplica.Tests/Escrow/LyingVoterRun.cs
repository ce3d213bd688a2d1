using PeerReplica.Causality;
using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>
/// Voters of whom some lie, without a network: each honest one hears the others' records in their order, but when is left to a seed. A liar says to each whatever
/// a record can hold, also what contradicts what it says to others.
/// </summary>
internal sealed class LyingVoterRun
{
    private const int ChaosSteps = 500;
    private const int MaxSweeps = 400;
    private const long Capacity = 100;

    private readonly Random _random;
    private readonly ReplicaId[] _ids;
    private readonly ReplicaId[] _liars;
    private readonly ReplicaId _lost = new(500);
    private readonly Dictionary<ReplicaId, Voter> _honest = [];
    private readonly List<Decision> _values = [];
    private readonly Dictionary<ulong, Decision> _decided = [];
    private int _now;
    private Attempt? _campaign;

    public LyingVoterRun(int seed, int voters, int liars)
    {
        _random = new Random(seed);
        _ids = [.. Enumerable.Range(1, voters).Select(i => new ReplicaId((UInt128)i))];
        var shuffled = _ids.ToArray();
        _random.Shuffle(shuffled);
        _liars = shuffled[..liars];
        var forming = new Decision { BootstrapId = new ReplicaId(999), Voters = _ids };
        foreach (var id in _ids.Except(_liars)) _honest.Add(id, new Voter(id, forming));
        foreach (var voter in _honest.Values)
        {
            voter.Engine.View.Learn(_lost, new ConsensusRecord { BootstrapId = forming.BootstrapId, Slot = 1, NodeName = "lost", Address = "lost" });
            foreach (var liar in _liars) voter.Engine.View.Learn(liar, new ConsensusRecord { BootstrapId = forming.BootstrapId, Slot = 1, NodeName = $"{liar}", Address = $"{liar}" });
        }
    }

    /// <summary>What honest voters did that must not be; null when all is right.</summary>
    public string? Run()
    {
        for (var sweep = 0; sweep < 2; sweep++) Sweep(proposer: -1);
        for (var step = 0; step < ChaosSteps; step++)
        {
            if (step == ChaosSteps / 2)
            {
                foreach (var voter in _honest.Values.Take(2)) voter.Engine.AskToClose(_lost, hasEnded: false);
            }

            StepAtRandom();
            if (Fault() is { } fault) return fault;
        }

        for (var sweep = 0; sweep < MaxSweeps && !IsDone(); sweep++)
        {
            Sweep(proposer: sweep / 10 % _honest.Count);
            if (Fault() is { } fault) return fault;
        }

        if (IsDone()) return null;
        return "the honest voters, who all hear of each other, do not decide what there is to decide: " + string.Join("; ", _honest.Values.Select(v => $"{v.Id} at {v.Engine.View.Slot} {Text(v.Engine.AccountConsensus.Own)}"));
    }

    private static string Text(ConsensusRecord own) =>
        $"promised {own.Promised} accepted {own.Accepted} prepared {own.Prepared} proposed {own.Proposed} echoes {string.Join(",", own.Echoes.Select(e => e.Ballot))}";

    private bool IsDone() => _honest.Values.All(v => v.Engine.View.ClosingOf(_lost) is not null && v.Engine.View.InitialGrantOf(Bench.Name) is not null);

    private string? Fault()
    {
        foreach (var voter in _honest.Values)
        {
            var view = voter.Engine.View;
            if (view.IsContradicted) return $"{voter.Id} has evidence of two decisions with one number";
            for (var slot = 1; slot < view.Decisions.Count; slot++)
            {
                var decision = view.Decisions[slot];
                if (_decided.TryAdd((ulong)slot, decision) && Wrong(decision) is { } wrong) return $"decision {slot}: {wrong}";
                if (!DecisionDigest.Same(_decided[(ulong)slot], decision)) return $"two decisions have the number {slot}";
            }
        }

        return null;
    }

    private string? Wrong(Decision decision)
    {
        if (decision.Closings.Any(c => c.Account != _lost)) return "it closes the account of a replica that is alive";
        if (!decision.Voters.AsSpan().SequenceEqual(_ids)) return "it names other voters";
        return decision.InitialGrants.Any(m => m.Shares.Sum(s => s.Down) != Capacity) ? "it grants another capacity" : null;
    }

    private void StepAtRandom()
    {
        var voter = Any(_honest.Values.ToArray());
        switch (_random.Next(9))
        {
            case 0 or 1 or 2 when _liars.Length > 0:
                Lie(voter, Any(_liars));
                break;
            case 3 or 4 or 5:
                Step(voter, _random.Next(3) == 0);
                break;
            default:
                voter.Hear(Any(_honest.Values.ToArray()), _random.Next(1, 6));
                break;
        }
    }

    private void Sweep(int proposer)
    {
        var voters = _honest.Values.ToArray();
        foreach (var to in voters)
        {
            foreach (var from in voters) to.Hear(from, int.MaxValue);
            Step(to, proposer >= 0 && to == voters[proposer]);
        }
    }

    private void Step(Voter voter, bool mayPropose) =>
        voter.Step(new ConsensusInputs { MayPropose = mayPropose, Reachable = _ids.Where(id => id != voter.Id).ToHashSet() }, new Instant(++_now));

    private void Lie(Voter to, ReplicaId liar)
    {
        var view = to.Engine.View;
        if (_random.Next(3) == 0)
        {
            Campaign(view, to, liar);
            return;
        }

        foreach (var voter in _honest.Values)
        {
            if (voter.Engine.AccountConsensus.Own.ProposedValue is { } proposed && !_values.Contains(proposed)) _values.Add(proposed);
        }

        if (_random.Next(12) == 0)
        {
            view.Learn(view.Slot + (ulong)_random.Next(2), Value(view), liar);
            return;
        }

        // Each part is true, or what fits a lie: something different for each listener.
        var said = view.ConsensusRecordOf(liar) ?? new ConsensusRecord();
        if (said.Slot != view.Slot || _random.Next(4) == 0) said = new ConsensusRecord { NodeName = said.NodeName, Address = said.Address, BootstrapId = view.BootstrapId, Slot = view.Slot };
        var ballot = Ballot(liar);
        said = _random.Next(9) switch
        {
            0 => said with { Promised = ballot, Accepted = PeerReplica.Escrow.Ballot.None, AcceptedValue = null },
            1 => said with { Prepared = new Ballot(ballot.Round, liar), Promised = new Ballot(ballot.Round, liar) },
            2 => said with { Promised = ballot, Accepted = ballot, AcceptedValue = Value(view) },
            3 or 4 => said with { Proposed = new Ballot(ballot.Round, liar), Prepared = new Ballot(ballot.Round, liar), ProposedValue = Value(view) },
            5 or 6 => said with { Echoes = [.. said.Echoes.TakeLast(4), new Echo(ballot, DecisionDigest.Of(Value(view)))] },
            7 => said with { Acks = [.. _ids.Select(id => new Mark(id, 1UL << 40))], Closings = [Any(_ids)], GivenUp = [Any(_ids)] },
            _ => said with { Ended = [Any(_ids.Except(_liars).ToArray())], InitialGrants = [new InitialGrantRequest(Bench.Name, 1_000_000, 0)] },
        };
        view.Learn(liar, said);
    }

    /// <summary>
    /// Each half of the voters hears that the liars propose, echo and accept another value under one ballot, and each value would be right. With luck a half and the liars
    /// are enough to decide.
    /// </summary>
    private void Campaign(EscrowView view, Voter to, ReplicaId liar)
    {
        if (_campaign is null || _campaign.Slot != view.Slot || _random.Next(20) == 0)
        {
            var nothing = new Decision
            {
                BootstrapId = view.BootstrapId,
                Voters = _ids,
                Cut = [.. view.Participants.Where(id => view.SinceOf(id) > 0).Select(id => new Mark(id, view.SinceOf(id)))],
            };
            var shares = _ids.Select((id, i) => new InitialGrantShare(id, (Capacity / _ids.Length) + (i < Capacity % _ids.Length ? 1 : 0), 0));
            var grant = nothing with { InitialGrants = [new InitialGrant(Bench.Name, [.. shares])] };
            var round = _honest.Values.Max(v => v.Engine.AccountConsensus.Own.Promised.Round) + 1;
            _campaign = new Attempt(view.Slot, new Ballot(round, Any(_liars)), [nothing, grant]);
        }

        var (ballot, value) = (_campaign.Ballot, _campaign.Values[Array.IndexOf(_ids, to.Id) % 2]);
        var said = view.ConsensusRecordOf(liar)! with { Slot = view.Slot, BootstrapId = view.BootstrapId, Promised = ballot, Accepted = PeerReplica.Escrow.Ballot.None, AcceptedValue = null };
        if (liar == ballot.Proposer) said = said with { Prepared = ballot };
        if (to.Engine.AccountConsensus.Own.Promised >= ballot)
        {
            if (liar == ballot.Proposer) said = said with { Proposed = ballot, ProposedValue = value };
            if (to.Engine.AccountConsensus.Own.Echoes.Any(e => e.Ballot == ballot))
                said = said with { Echoes = [new Echo(ballot, DecisionDigest.Of(value))], Accepted = ballot, AcceptedValue = value };
        }

        view.Learn(liar, said);
    }

    private Ballot Ballot(ReplicaId liar)
    {
        var known = _honest.Values.SelectMany(v => new[] { v.Engine.AccountConsensus.Own.Promised, v.Engine.AccountConsensus.Own.Prepared }).Where(b => b.Round > 0).ToArray();
        if (_random.Next(30) == 0) return new Ballot(1UL << 61, liar);
        if (known.Length == 0) return new Ballot(1, liar);
        return _random.Next(3) == 0 ? new Ballot(known.Max(b => b.Round) + 1, liar) : Any(known);
    }

    private Decision Value(EscrowView view)
    {
        if (_values.Count > 0 && _random.Next(2) == 0) return Any([.. _values]);
        var nothing = new Decision { BootstrapId = view.BootstrapId, Voters = _ids };
        return _random.Next(4) switch
        {
            0 => nothing with { Closings = [new Closing(Any(_ids), _liars[0], [])], Voters = [.. _ids.Where(id => id != Any(_ids))] },
            1 => nothing with { InitialGrants = [new InitialGrant(Bench.Name, [new InitialGrantShare(_liars[0], 1_000_000, 0)])] },
            2 => nothing with { Voters = _liars },
            _ => nothing with { Cut = [.. _ids.Where(id => view.SinceOf(id) > 0).Select(id => new Mark(id, view.SinceOf(id)))] },
        };
    }

    private T Any<T>(T[] items) => items[_random.Next(items.Length)];

    private sealed record Attempt(ulong Slot, Ballot Ballot, Decision[] Values);

    private sealed class Voter : IEscrowPublisher
    {
        private readonly List<Action<EscrowView>> _written = [];
        private readonly Dictionary<ReplicaId, int> _heard = [];

        public Voter(ReplicaId id, Decision forming)
        {
            Id = id;
            Engine = new EscrowEngine(id, checksVotes: true);
            Engine.Introduce($"{id}", $"{id}");
            Engine.Open(new Bench.FakePort(Capacity, 5));
            Engine.View.AdmitsEnd = static (_, _) => true;
            Engine.View.IsLaterRun = static (_, _) => false;
            Engine.View.Learn(0, forming, id);
        }

        public ReplicaId Id { get; }

        public EscrowEngine Engine { get; }

        public void Step(ConsensusInputs inputs, Instant now) => Engine.Tend(inputs, now, this);

        public void Hear(Voter from, int most)
        {
            if (from == this) return;
            var at = _heard.GetValueOrDefault(from.Id);
            for (; most > 0 && at < from._written.Count; most--) from._written[at++](Engine.View);
            _heard[from.Id] = at;
        }

        public void Publish(ConsensusRecord record) => Write(v => v.Learn(Id, record));

        public void Publish(ulong slot, Decision decision)
        {
            if (Engine.View.SaidBy(slot, Id) is null) Write(v => v.Learn(slot, decision, Id));
        }

        public void Publish(EscrowName name, byte[] key, ReservationRecord record, Instant expiresAt) => throw new InvalidOperationException("nobody holds anything here");

        public void Remove(EscrowName name, byte[] key) => throw new InvalidOperationException("nobody holds anything here");

        public void Publish(Account account)
        {
            if (!account.IsStale) return;
            var record = account.ToRecord((ulong)_written.Count + 1);
            Write(v => v.Learn(Id, Bench.Name, record));
        }

        private void Write(Action<EscrowView> record)
        {
            _written.Add(record);
            record(Engine.View);
        }
    }
}
