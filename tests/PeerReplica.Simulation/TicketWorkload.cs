using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Testing;

namespace PeerReplica.Simulation;

/// <summary>Customers, and an operator who is not always right.</summary>
internal sealed class TicketWorkload
{
    private const int MostAtOnce = 8;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly SimulatedCluster _cluster;
    private readonly Random _random;
    private readonly bool _crashesAtWill;
    private SimulationException? _failure;
    private readonly long _capacity;
    private readonly InDoubt _inDoubt;
    private readonly Dictionary<ReplicaId, Sales> _sales = [];
    private readonly List<(HoldId Id, long Amount)> _holds = [];
    private readonly ToldHolds _told = new(canBeForgotten: false);
    private readonly SeatSale? _seats;
    private readonly List<ReplicaId> _lost = [];

    private readonly ValueBounds _bounds;
    private readonly InflowCheck _inflows = new();
    private readonly bool _hasCeiling;
    private bool _isFilling;

    public TicketWorkload(SimulatedCluster cluster, Random random, long capacity, string[] seats, bool crashesAtWill, bool hasCeiling)
    {
        (_bounds, _hasCeiling) = (new ValueBounds(hasCeiling), hasCeiling);
        if (seats.Length > 0) _seats = new SeatSale(cluster, random, seats);
        _cluster = cluster;
        _random = random;
        _crashesAtWill = crashesAtWill;
        _capacity = capacity;
        _inDoubt = new InDoubt(cluster);
    }

    /// <summary>What was taken under one bootstrap. When all replicas of one have ended the next begins anew.</summary>
    private sealed class Sales
    {
        public long Sold;
        public long Granted;
    }

    public long Operations { get; private set; }

    /// <summary>Whether the voters that are left can decide: not when most of them ended at once, be it known or, since none is left that heard of them, not.</summary>
    public bool CanDecide => _cluster.Replicas.All(r => r.Run!.Node.Host.Core.Escrow.View is { IsFormed: true } view && view.Quorum() > 0
        && view.Voters.Count(v => _cluster.Running.Any(run => run.Id == v)) >= view.Quorum());

    /// <summary>What may be left over; null where an only voter ended, which had all rights in its hands.</summary>
    public long? MostStranded(long allowance) => _inDoubt.Most(allowance);

    /// <summary>Whether a run that never returns still has an account or a vote at any replica.</summary>
    public bool IsAnyLostLeft => _lost.Any(id => _cluster.Running.Any(r => r.Node.Host.Core.Escrow.View.Participants.Contains(id)));

    public void RunFor(TimeSpan duration)
    {
        var end = _cluster.Now + duration;
        var mean = _random.Next(2, 40);
        while (_cluster.Now < end)
        {
            _cluster.RunFor(TimeSpan.FromMilliseconds(_random.Next(mean * 2)));
            MustHold();
            _inDoubt.Look();
            if (_hasCeiling && _random.Next(12) == 0) _isFilling = !_isFilling;
            for (var burst = 1 + (_random.Next(4) == 0 ? _random.Next(30) : 0); burst > 0; burst--) DoOnce();
            if (_random.Next(40) == 0) Operate();
            if (_cluster.Replicas.Count > 3 && _random.Next(30) == 0) SplitAroundTransfer();
            if (_cluster.Replicas.Count > 2 && _random.Next(60) == 0) Duel();
        }
    }

    /// <summary>Who was declared dead and is alive has to be started again.</summary>
    public void RestartTheForgotten()
    {
        for (var (round, settled) = (0, 0); round < 80 && settled < 2; round++)
        {
            _cluster.RunFor(TimeSpan.FromSeconds(0.5));
            _inDoubt.Look();
            settled = _cluster.Replicas.All(IsSettled) && !(IsAnyLostLeft && CanDecide) ? settled + 1 : 0;
            foreach (var replica in _cluster.Replicas)
            {
                if (!IsForgotten(replica)) continue;
                replica.Stop();
                replica.Start();
            }
        }
    }

    public async Task SellOutAsync(SimulatedReplica replica)
    {
        var run = replica.Run!;

        // In bites while there is much, and to the last unit.
        while (Tickets(run).GetAudit().Free > 0 && (await TakeAsync(run, Math.Max(_random.Next(1, 3), Tickets(run).AvailableHere / 4), s_patience) || await TakeAsync(run, 1, s_patience))) Operations++;
        if (_seats is not null) await _seats.SellOutAsync(replica);
    }

    /// <summary>What is wrong with the seats at a replica when everything has healed and is sold out; null when nothing is.</summary>
    public string? JudgeSeats(SimulatedReplica replica) => _seats?.Judge(replica);

    public string Describe() => string.Concat(_sales.Select(s => $"\nunder {s.Key.ToShortString()} {s.Value.Sold} were taken of {s.Value.Granted}"))
        + string.Concat(_cluster.Replicas.Select(EscrowDescription.Of));

    private Sales SalesOf(SimulatedRun run)
    {
        var bootstrapId = run.Node.Host.Core.Escrow.View.BootstrapId;
        if (!_sales.TryGetValue(bootstrapId, out var sales)) _sales.Add(bootstrapId, sales = new Sales { Granted = _capacity });
        return sales;
    }

    private static IBoundedCounter Tickets(SimulatedRun run) => run.Node.GetBoundedCounter("tickets");

    private static bool IsSettled(SimulatedReplica replica) => IsVoter(replica) && !replica.Run!.Node.Host.Core.Escrow.HasUnfinishedBusiness;

    private static bool IsForgotten(SimulatedReplica replica) =>
        replica.Run is { } run && run.Node.Host.Core.Escrow.View.ClosingOf(run.Node.Host.Id) is not null;

    private void DoOnce()
    {
        if (AnyRunning() is not { Run: { } run }) return;
        Operations++;
        if (_seats is not null && _random.Next(4) == 0)
        {
            _seats.DoOnce(run);
            return;
        }

        if (_isFilling && run.Node.Host.Core.Escrow.View.IsFormed)
        {
            FillUp(run);
            return;
        }

        switch (_random.Next(10))
        {
            case 0 when _hasCeiling && run.Node.Host.Core.Escrow.View.IsFormed && _random.Next(4) == 0:
                // More than anybody has: the ceiling must refuse it.
                _cluster.Begin(() => ReturnAsync(run, _random.Next(1, MostAtOnce + 1)));
                break;
            case 0 or 1 when SalesOf(run).Sold > 0:
                Return(run, _random.Next(1, (int)Math.Min(SalesOf(run).Sold, MostAtOnce) + 1));
                break;
            case 2 when _random.Next(20) == 0 && run.Node.Host.Core.Escrow.View.IsFormed:
                Grant(run, _random.Next(1, 50));
                break;
            case 3 or 4:
                _cluster.Begin(() => TakeAsync(run, _random.Next(1, MostAtOnce), TimeSpan.FromMilliseconds(_random.Next(1, 2000))));
                break;
            case 6 when _random.Next(2) == 0:
                _cluster.Begin(() => HoldAsync(run, _random.Next(1, MostAtOnce), TimeSpan.FromMilliseconds(_random.Next(20, 1500))));
                break;
            case 7 when _holds.Count > 0 && _random.Next(2) == 0:
                var (hold, held) = _holds[_random.Next(_holds.Count)];
                _cluster.Begin(() => EndAsync(run, hold, held, isConfirmed: _random.Next(3) != 0));
                break;
            case 5:
                _cluster.Begin(() => TakeSafelyAsync(run, _random.Next(1, MostAtOnce)));
                break;
            default:
                var amount = _random.Next(1, MostAtOnce);
                if (Tickets(run).TryTake(amount)) Took(run, amount);
                break;
        }
    }

    /// <summary>Brings the value to its ceiling while holds are open: what these bind comes back as well when they end.</summary>
    private void FillUp(SimulatedRun run)
    {
        switch (_random.Next(5))
        {
            case 0:
                var waited = Tickets(run).AvailableHere + _random.Next(1, MostAtOnce);
                _cluster.Begin(() => HoldAsync(run, waited, TimeSpan.FromMilliseconds(_random.Next(20, 1500))));
                break;
            case 1 when _holds.Count > 0:
                var (hold, held) = _holds[_random.Next(_holds.Count)];
                _cluster.Begin(() => EndAsync(run, hold, held, isConfirmed: false));
                break;
            default:
                var returned = _random.Next(1, (int)Math.Clamp(SalesOf(run).Sold / 2, MostAtOnce, 1000));
                _cluster.Begin(() => ReturnAsync(run, returned));
                break;
        }
    }

    private async Task<bool> TakeAsync(SimulatedRun run, long amount, TimeSpan timeout)
    {
        using var wait = _inDoubt.Wait(run, amount);
        if (!await Tickets(run).TakeAsync(amount, timeout)) return false;
        Took(run, amount);
        return true;
    }

    private async Task HoldAsync(SimulatedRun run, long amount, TimeSpan timeToLive)
    {
        try
        {
            using var wait = _inDoubt.Wait(run, amount);
            if (await Tickets(run).HoldAsync(amount, new() { TimeToLive = timeToLive, Timeout = TimeSpan.FromMilliseconds(_random.Next(1, 500)) }) is not { } hold) return;
            _holds.Add((hold, amount));
            _inDoubt.Held(run, amount);
        }
        catch (PeerReplicaException)
        {
            // The replica is stopping.
        }
    }

    /// <summary>Of all who are told that they confirmed a hold, one has the tickets.</summary>
    private async Task EndAsync(SimulatedRun run, HoldId hold, long amount, bool isConfirmed)
    {
        try
        {
            var timeout = TimeSpan.FromMilliseconds(_random.Next(1, 1500));
            if (!isConfirmed && _random.Next(4) == 0) CutOffHolder(hold, amount);
            var outcome = isConfirmed ? await Tickets(run).ConfirmAsync(hold, timeout) : await Tickets(run).CancelAsync(hold, timeout);
            if (_told.Note(hold, outcome) is { } wrong) throw Failure($"{wrong}{Describe()}");
            if (outcome == HoldOutcome.Confirmed) Took(run, amount);
        }
        catch (PeerReplicaException)
        {
            // The replica is stopping.
        }
    }

    private async Task TakeSafelyAsync(SimulatedRun run, long amount)
    {
        try
        {
            using var wait = _inDoubt.Wait(run, amount);
            if (await Tickets(run).TakeAsync(amount, WriteConcern.Majority)) Took(run, amount);
        }
        catch (PeerReplicaException)
        {
            // Taken, but too few know: the customer was told nothing, and the ticket is not sold again.
        }
    }

    private void Return(SimulatedRun run, long amount)
    {
        // The customer has given it back before anyone else can have it.
        var sales = SalesOf(run);
        sales.Sold -= amount;
        if (!Tickets(run).Return(amount)) sales.Sold += amount;
    }

    private async Task ReturnAsync(SimulatedRun run, long amount)
    {
        var sales = SalesOf(run);
        var isReturned = false;
        sales.Sold -= amount;
        try
        {
            isReturned = await Tickets(run).ReturnAsync(amount, TimeSpan.FromMilliseconds(_random.Next(1, 1000)));
        }
        catch (PeerReplicaException)
        {
            // The replica is stopping.
        }

        if (!isReturned) sales.Sold += amount;
    }

    private void Grant(SimulatedRun run, long amount)
    {
        SalesOf(run).Granted += amount;
        _cluster.Begin(async () =>
        {
            try
            {
                await Tickets(run).GrantAsync(amount);
            }
            catch (PeerReplicaException)
            {
                // Too few voters answered: it counts later, or is lost with its replica.
            }
        });
    }

    private void Took(SimulatedRun run, long amount)
    {
        var sales = SalesOf(run);
        sales.Sold += amount;
        if (sales.Sold > sales.Granted) throw Failure($"oversold: {Describe()}");
        MustBeFormedOnce();
    }

    /// <summary>Kept, since whoever asked is not always waited for.</summary>
    private SimulationException Failure(string message) => _failure ??= new SimulationException(message, _cluster.Seed, _cluster.Now);

    /// <summary>Throws if a promise was broken.</summary>
    public void MustHold()
    {
        if (_failure is not null) throw _failure;
        if (_seats?.Failure is { } wrong) throw Failure($"{wrong}{Describe()}");
        if (_inflows.Find(_cluster.Running) is { } fallen) throw Failure($"{fallen}{Describe()}");
        if (_bounds.Check(_cluster, f => _sales.TryGetValue(f, out var sales) ? sales.Granted : null) is { } outside) throw Failure($"{outside}{Describe()}");
    }

    /// <summary>While one replica lives that sells under one bootstrap, none sells under another.</summary>
    private void MustBeFormedOnce()
    {
        var bootstraps = _cluster.Running.Select(r => r.Node.Host.Core.Escrow.View).Where(v => v.Slot > 1).Select(v => v.BootstrapId).Distinct().Count();
        if (bootstraps > 1) throw Failure($"the cluster was formed twice: {Describe()}");
    }

    /// <summary>
    /// What is known here to have been sold under a forming all of whose members have ended. Audits show it as sold, and so as oversold: the cluster began anew, and what was sold
    /// before that is beyond what was granted since.
    /// </summary>
    public static long SoldUnderAnotherBootstrap(SimulatedReplica replica)
    {
        var view = replica.Run!.Node.Host.Core.Escrow.View;
        var others = view.ConsensusRecords.Where(c => c.Value.BootstrapId != default && c.Value.BootstrapId != view.BootstrapId && view.ClosingOf(c.Key) is null);
        return others.Sum(c => view.AccountOf(new EscrowName(ObjectKind.BoundedCounter, "tickets"), c.Key).Down.Net);
    }

    private void Operate()
    {
        if (AnyRunning() is not { } replica) return;
        var other = _cluster.Replicas[_random.Next(_cluster.Replicas.Count)];
        switch (_random.Next(7))
        {
            case 6 when MayEnd(replica):
                Lose(replica);
                break;
            case 4 or 5 when _cluster.Replicas.Count > 2:
                Split();
                break;
            case 0 when !_crashesAtWill && MayEnd(replica):
                replica.Crash();
                StartLater(replica);
                break;
            case 1 when MayEnd(replica):
                replica.Stop();
                StartLater(replica);
                break;
            default:
                if (replica.Replica.Peers is { Count: > 0 } peers) Forget(replica, peers[_random.Next(peers.Count)].Id);
                break;
        }

        _inDoubt.Look();
    }

    /// <summary>An instance ends and never returns; sometimes another comes under another name.</summary>
    private void Lose(SimulatedReplica replica)
    {
        _lost.Add(replica.Run!.Id);
        _cluster.Remove(replica);
        if (_random.Next(3) != 0) _cluster.After(TimeSpan.FromMilliseconds(_random.Next(1, 1500)), () => _cluster.Add());
    }

    /// <summary>
    /// Two voters that reach all others and not each other both have something to decide: each takes itself for the one whose turn it is.
    /// </summary>
    private void Duel()
    {
        var first = _cluster.Replicas[_random.Next(_cluster.Replicas.Count)];
        var second = _cluster.Replicas[_random.Next(_cluster.Replicas.Count)];
        var third = _cluster.Replicas.FirstOrDefault(r => r != first && r != second && r.IsRunning);
        if (first == second || third is null || first is not { IsRunning: true, IsPaused: false } || second is not { IsRunning: true, IsPaused: false }) return;
        _cluster.Network.Cut(first, second);
        if (_random.Next(3) == 0)
        {
            Forget(first, third.Run!.Id, isSure: true);
            Forget(second, third.Run!.Id, isSure: true);
        }

        _cluster.After(TimeSpan.FromMilliseconds(_random.Next(500, 4000)), () => _cluster.Network.Restore(first, second));
    }

    /// <summary>
    /// The worst moment for a release: its holder is cut off and taken for dead before the others have heard of it, and a customer there waits for what it bound.
    /// </summary>
    private void CutOffHolder(HoldId hold, long amount)
    {
        if (_cluster.Replicas.FirstOrDefault(r => r.Run?.Id == hold.Holder) is not { IsPaused: false, Run: { } run } holder || _cluster.Replicas.Count < 3) return;
        _cluster.Begin(() => TakeAsync(run, Tickets(run).AvailableHere + amount, TimeSpan.FromSeconds(2)));
        _cluster.Begin(() => CancelHereAsync(run, hold));
        Split(holder.Index, holder.Index, isSure: true);
    }

    private async Task CancelHereAsync(SimulatedRun run, HoldId hold)
    {
        try
        {
            if (_told.Note(hold, await Tickets(run).CancelAsync(hold, TimeSpan.FromSeconds(1))) is { } wrong) throw Failure($"{wrong}{Describe()}");
        }
        catch (PeerReplicaException)
        {
            // The replica is stopping.
        }
    }

    /// <summary>
    /// One replica, or two together, are cut off while customers go on, and somebody of the others takes one of them for dead.
    /// </summary>
    private void Split()
    {
        Split(_cluster.Replicas[_random.Next(_cluster.Replicas.Count)].Index, _cluster.Replicas[_random.Next(_cluster.Replicas.Count)].Index);
    }

    /// <summary>The worst moment for a rights transfer: giver and receiver are cut off together before the others have heard of it, and the giver is taken for dead.</summary>
    private void SplitAroundTransfer()
    {
        foreach (var giver in _cluster.Replicas)
        {
            if (giver.Run is not { } run) continue;
            var view = run.Node.Host.Core.Escrow.View;
            var transfers = view.AccountOf(new EscrowName(ObjectKind.BoundedCounter, "tickets"), run.Id).Down.Transfers.Where(g => g.Since > view.AckedOf(run.Id));
            if (_cluster.Replicas.FirstOrDefault(r => r.Run is { } other && transfers.Any(g => g.To == other.Id)) is not { } receiver) continue;
            Split(giver.Index, receiver.Index, isSure: true);
            return;
        }
    }

    private void Split(int first, int second, bool isSure = false)
    {
        var (inside, outside) = (_cluster.Replicas.Where(r => r.Index == first || r.Index == second).ToArray(), _cluster.Replicas.Where(r => r.Index != first && r.Index != second).ToArray());
        foreach (var (a, b) in inside.SelectMany(a => outside.Select(b => (a, b)))) _cluster.Network.Cut(a, b);
        if (inside.First(r => r.Index == first).Run is { } victim && outside.FirstOrDefault(r => r is { IsRunning: true, IsPaused: false }) is { } operating && (isSure || _random.Next(2) == 0))
            Forget(operating, victim.Id, isSure: true);
        _cluster.After(TimeSpan.FromMilliseconds(_random.Next(50, 2500)), () =>
        {
            foreach (var (a, b) in inside.SelectMany(a => outside.Select(b => (a, b)))) _cluster.Network.Restore(a, b);
        });
    }

    private void Forget(SimulatedReplica replica, ReplicaId id, bool isSure = false)
    {
        // An operator vouches only for what is so.
        var hasEnded = !_cluster.Running.Any(r => r.Id == id) && _random.Next(2) == 0;
        if (!hasEnded && !isSure && _random.Next(3) != 0) return;
        _cluster.Begin(async () =>
        {
            try
            {
                await replica.Replica.ForgetAsync(id, hasEnded);
            }
            catch (PeerReplicaException)
            {
                // No majority in reach: the wish stays.
            }
        });
    }

    /// <summary>One at a time, so that the voters that are left can replace it.</summary>
    private bool MayEnd(SimulatedReplica replica) =>
        _cluster.Replicas.Count > 1 && replica.IsRunning && _cluster.Replicas.All(r => r.IsRunning && IsVoter(r))
        && replica.Run!.Node.Host.Core.Escrow.View.Voters.All(v => _cluster.Running.Any(r => r.Id == v));

    private static bool IsVoter(SimulatedReplica replica) =>
        replica.Run is { } run && Array.IndexOf(run.Node.Host.Core.Escrow.View.Voters, run.Node.Host.Id) >= 0;

    private void StartLater(SimulatedReplica replica) => _cluster.After(TimeSpan.FromMilliseconds(_random.Next(1, 1500)), replica.Start);

    private SimulatedReplica? AnyRunning()
    {
        var replica = _cluster.Replicas[_random.Next(_cluster.Replicas.Count)];
        return replica is { IsRunning: true, IsPaused: false } ? replica : null;
    }
}
