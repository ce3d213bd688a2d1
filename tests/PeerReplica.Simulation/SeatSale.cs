using PeerReplica.Testing;

namespace PeerReplica.Simulation;

/// <summary>
/// Customers of a pool. Who was told that he has a seat has it until he gives it back: nobody else is told so meanwhile. What came of an operation that was not answered
/// nobody can say, nor of a hold that its owner ended after its account was closed; every other seat that nobody has can be sold in the end.
/// </summary>
internal sealed class SeatSale(SimulatedCluster cluster, Random random, string[] seats)
{
    private readonly Dictionary<ReplicaId, HashSet<string>> _sold = [];
    private readonly List<(HoldId Id, string Seat)> _holds = [];
    private readonly ToldHolds _told = new(canBeForgotten: true);

    /// <summary>Operations that were not answered, or not yet.</summary>
    private int _inDoubt;

    /// <summary>The first promise that was broken; null when none was.</summary>
    public string? Failure { get; private set; }

    public static IPool<string> Seats(SimulatedRun run) => run.Node.GetPool<string>("seats");

    public void DoOnce(SimulatedRun run)
    {
        var seat = seats[random.Next(seats.Length)];
        switch (random.Next(8))
        {
            case 0 or 1 when SoldTo(run).Count > 0:
                Begin(() => ReturnAsync(run, SoldTo(run).ElementAt(random.Next(SoldTo(run).Count))));
                break;
            case 2 or 3:
                Begin(() => HoldAsync(run, seat));
                break;
            case 4 or 5 when _holds.Count > 0:
                var (hold, held) = _holds[random.Next(_holds.Count)];
                Begin(() => EndAsync(run, hold, held, isConfirmed: random.Next(3) != 0));
                break;
            case 6:
                Begin(() => TakeAnyAsync(run, random.Next(2) == 0 ? null : s => s.Length == seat.Length, Deadline()));
                break;
            default:
                Begin(() => TakeAsync(run, seat));
                break;
        }
    }

    public async Task SellOutAsync(SimulatedReplica replica)
    {
        while (await TakeAnyAsync(replica.Run!, null, TimeSpan.FromSeconds(1)) == PoolOutcome.Done)
        {
        }
    }

    /// <summary>What is wrong at a replica when everything has healed and is sold out; null when nothing is.</summary>
    public string? Judge(SimulatedReplica replica)
    {
        var run = replica.Run!;
        var audit = Seats(run).Audit;
        var (told, lost) = (SoldTo(run).Count, seats.Length - SoldTo(run).Count);
        var isRight = audit is { Free: 0, Held: 0, IsBalanced: true, Oversold: 0 } && audit.Issued == seats.Length && audit.Sold >= told && lost <= _inDoubt + _holds.Count;
        return isRight ? null : $"{replica.NodeName} ends with {audit} seats, of which customers have {told}; {_inDoubt} operations were not answered";
    }

    private TimeSpan Deadline() => TimeSpan.FromMilliseconds(random.Next(1, 1500));

    private HashSet<string> SoldTo(SimulatedRun run)
    {
        var bootstrapId = run.Node.Host.Core.Escrow.View.BootstrapId;
        if (!_sold.TryGetValue(bootstrapId, out var sold)) _sold.Add(bootstrapId, sold = []);
        return sold;
    }

    private void Begin(Func<Task> operation) => cluster.Begin(async () =>
    {
        try
        {
            await operation();
        }
        catch (PeerReplicaException)
        {
            // The replica is stopping: in doubt.
        }
    });

    private void Took(SimulatedRun run, string seat)
    {
        if (!SoldTo(run).Add(seat)) Failure ??= $"seat {seat} was sold twice";
    }

    private void Answered(PoolOutcome outcome)
    {
        if (outcome is not (PoolOutcome.OwnerAway or PoolOutcome.NoMajority)) _inDoubt--;
    }

    private async Task TakeAsync(SimulatedRun run, string seat)
    {
        _inDoubt++;
        var outcome = await Seats(run).TakeAsync(seat, Deadline());
        Answered(outcome);
        if (outcome == PoolOutcome.Done) Took(run, seat);
    }

    private async Task<PoolOutcome> TakeAnyAsync(SimulatedRun run, Func<string, bool>? predicate, TimeSpan deadline)
    {
        _inDoubt++;
        var (outcome, seat) = await Seats(run).TakeAnyAsync(predicate, deadline);
        Answered(outcome);
        if (outcome == PoolOutcome.Done) Took(run, seat!);
        return outcome;
    }

    private async Task HoldAsync(SimulatedRun run, string seat)
    {
        _inDoubt++;
        var (outcome, id) = await Seats(run).HoldAsync(seat, TimeSpan.FromMilliseconds(random.Next(20, 1500)), Deadline());
        Answered(outcome);
        if (id is { } hold) _holds.Add((hold, seat));
    }

    private async Task EndAsync(SimulatedRun run, HoldId hold, string seat, bool isConfirmed)
    {
        _inDoubt++;
        var outcome = isConfirmed ? await Seats(run).ConfirmAsync(hold, Deadline()) : await Seats(run).CancelAsync(hold, Deadline());
        if (outcome is not (HoldOutcome.HolderAway or HoldOutcome.NoMajority)) _inDoubt--;
        Failure ??= _told.Note(hold, outcome);
        if (outcome == HoldOutcome.Confirmed) Took(run, seat);
    }

    private async Task ReturnAsync(SimulatedRun run, string seat)
    {
        // The customer has given it back before anyone else can have it.
        _inDoubt++;
        SoldTo(run).Remove(seat);
        var outcome = await Seats(run).ReturnAsync(seat, Deadline());
        Answered(outcome);
        if (outcome == PoolOutcome.NotFree) Took(run, seat);
    }
}
