using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>A few voters without a network: each hears of the others' records in their order, but when is left to a seed.</summary>
internal sealed class ConsensusRun
{
    private const int ChaosSteps = 600;
    private const int MaxSweeps = 200;
    private const int MostRounds = 16;

    private readonly Random _random;
    private readonly Voter[] _voters;
    private readonly HashSet<int> _ended = [];

    public ConsensusRun(int seed, int voters)
    {
        _random = new Random(seed);
        ReplicaId[] ids = [.. Enumerable.Range(1, voters).Select(i => new ReplicaId((UInt128)i))];
        var forming = new Decision { BootstrapId = new ReplicaId(999), Voters = ids };
        _voters = [.. ids.Select(id => new Voter(id, forming, voters))];
    }

    /// <summary>Closes the account of the first voter amid records of all; returns whether it came to be closed for all that are left.</summary>
    /// <param name="hasEnded">Whether that voter ends, or goes on without knowing.</param>
    public bool CloseFirst(bool hasEnded)
    {
        // As after forming: all have heard of all.
        for (var sweep = 0; sweep < 2; sweep++) Sweep(proposer: -1);
        for (var step = 0; step < ChaosSteps; step++)
        {
            if (step == ChaosSteps / 2) AskToCloseFirst(hasEnded);
            StepAtRandom();
        }

        for (var sweep = 0; sweep < MaxSweeps && !IsFirstClosed(); sweep++) Sweep(proposer: sweep / 10 % _voters.Length);
        return IsFirstClosed();
    }

    /// <summary>
    /// Closes the account of the last voter while as many others end, with ballots under way, as may end before nothing can be decided anymore; returns whether it came to be
    /// closed for all that are left.
    /// </summary>
    public bool CloseWhileVotersEnd()
    {
        for (var sweep = 0; sweep < 2; sweep++) Sweep(proposer: -1);
        var last = _voters[^1].Id;
        for (var i = 0; i < 2; i++) _voters[i].AccountConsensus.UpdateOwn(r => r with { Closings = [last] });
        var endings = ((_voters.Length + 1) / 2) - 1;
        int[] endAt = [.. Enumerable.Range(0, endings).Select(_ => _random.Next(ChaosSteps / 8, ChaosSteps))];
        for (var step = 0; step < ChaosSteps; step++)
        {
            for (var i = 0; i < endings; i++)
            {
                if (endAt[i] == step) End(_voters.Length - 1 - i);
            }

            StepAtRandom();
        }

        for (var sweep = 0; sweep < MaxSweeps && !IsLastClosed(); sweep++) Sweep(proposer: sweep / 10 % _voters.Length);
        return IsLastClosed();
    }

    /// <summary>Whether everything that anyone ever saw acknowledged of the closed account is in the cut of its closing.</summary>
    public bool CountsAllThatWasAcknowledged()
    {
        var closed = _voters[0].Id;
        var decision = Left().First().View.Decisions.First(d => d.Closings.Any(c => c.Account == closed));
        return _voters.All(v => v.View.AckedOf(closed) <= Mark.Find(decision.Cut, closed));
    }

    /// <summary>The first rule of Paxos that a voter broke; null when all kept to them.</summary>
    public string? Fault => Array.Find(_voters, v => v.Fault is not null)?.Fault;

    private void StepAtRandom()
    {
        var index = _random.Next(_voters.Length);
        if (_ended.Contains(index)) return;
        switch (_random.Next(8))
        {
            case 0:
                _voters[index].RaiseLimit();
                break;
            case 1 or 2 or 3:
                Step(index, mayPropose: _random.Next(4) == 0);
                break;
            default:
                var from = _random.Next(_voters.Length);
                for (var records = _random.Next(1, 6); records > 0; records--) Deliver(from, index);
                break;
        }
    }

    /// <summary>A process ends, and every survivor learns that from an operator at once.</summary>
    private void End(int index)
    {
        _ended.Add(index);
        foreach (var voter in Left()) voter.AccountConsensus.UpdateOwn(r => r with { Ended = [.. r.Ended, _voters[index].Id] });
    }

    private bool IsLastClosed() => Left().All(v => v.View.ClosingOf(_voters[^1].Id) is not null);

    private bool IsFirstClosed() => Left().All(v => v.View.ClosingOf(_voters[0].Id) is not null && Array.IndexOf(v.View.Voters, _voters[0].Id) < 0);

    private void AskToCloseFirst(bool hasEnded)
    {
        var first = _voters[0].Id;
        if (hasEnded) _ended.Add(0);
        _voters[1].AccountConsensus.UpdateOwn(r => hasEnded ? r with { Ended = [first] } : r with { Closings = [first] });
    }

    private IEnumerable<Voter> Left() => _voters.Where((_, i) => !_ended.Contains(i));

    private void Sweep(int proposer)
    {
        for (var to = 0; to < _voters.Length; to++)
        {
            if (_ended.Contains(to)) continue;
            for (var from = 0; from < _voters.Length; from++)
            {
                while (Deliver(from, to)) continue;
            }

            Step(to, to == proposer);
        }
    }

    private void Step(int index, bool mayPropose)
    {
        var others = new HashSet<ReplicaId>(Left().Select(v => v.Id).Where(id => id != _voters[index].Id));
        _voters[index].Step(new ConsensusInputs { MayPropose = mayPropose, Reachable = others });
    }

    /// <summary>Delivers the next record that one wrote, if somebody who is left has it.</summary>
    private bool Deliver(int from, int to)
    {
        if (from == to || Left().Max(v => v.Heard(from, _voters)) <= _voters[to].Heard(from, _voters)) return false;
        _voters[to].Hear(from, _voters[from]);
        return true;
    }

    private sealed class Voter(ReplicaId id, Decision forming, int count)
    {
        private readonly List<Action<EscrowView>> _written = [];
        private readonly int[] _heard = new int[count];
        private AccountConsensus? _consensus;

        public ReplicaId Id => id;

        /// <summary>The first rule of Paxos that it broke.</summary>
        public string? Fault { get; private set; }

        public EscrowView View { get; } = Formed(forming);

        public AccountConsensus AccountConsensus => _consensus ??= new AccountConsensus(View, id);

        public int Heard(int from, Voter[] all) => all[from] == this ? _written.Count : _heard[from];

        public void Hear(int from, Voter voter) => voter._written[_heard[from]++](View);

        public void RaiseLimit()
        {
            var sequence = (ulong)_written.Count + 1;
            var record = AccountRecord.Empty with { Down = AccountSide.Empty with { Limit = _written.Count, LimitSince = sequence } };
            Write(v => v.Learn(id, new EscrowName(PeerReplica.Crdts.ObjectKind.BoundedCounter, "left"), record));
        }

        public void Step(ConsensusInputs inputs)
        {
            for (var round = 0; StepOnce(inputs) | AccountConsensus.IsUnpublished; round++)
            {
                Assert.True(round < MostRounds, "one step leads to ever more");
                var (own, slot) = (AccountConsensus.Own, View.Slot);
                Write(v => v.Learn(id, own));
                if (AccountConsensus.Decided is { } decided) Write(v => Assert.True(v.Learn(slot, decided), "two decisions have one number"));
            }
        }

        private bool StepOnce(ConsensusInputs inputs)
        {
            var before = AccountConsensus.Own;
            var hasChanged = AccountConsensus.Step(inputs);
            Fault ??= PaxosCheck.Find(id, before, AccountConsensus.Own, View);
            if (AccountConsensus.Decided is not null) Fault ??= PaxosCheck.FindDecided(id, AccountConsensus.Own, View);
            return hasChanged;
        }

        private void Write(Action<EscrowView> record)
        {
            _written.Add(record);
            record(View);
        }

        private static EscrowView Formed(Decision forming)
        {
            var view = new EscrowView { IsBound = true };
            view.Learn(0, forming);
            return view;
        }
    }
}
