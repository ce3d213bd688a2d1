using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Hosting.LocalState;
using PeerReplica.Testing;

namespace PeerReplica.SlowTests.Plants;

/// <summary>What a replica may decide and count as acknowledged. Each law returns what broke, or null.</summary>
internal static class EscrowLaws
{
    private static readonly ReplicaId s_first = new(10);
    private static readonly ReplicaId s_successor = new(20);
    private static readonly EscrowName s_pool = new(ObjectKind.Pool, "seats");

    /// <summary>A successor decides about a reservation only once it contains all that the closed owner decided in time.</summary>
    public static string? ASuccessorDecidesNothingBeforeItContainsTheCut()
    {
        var view = new EscrowView();
        ReplicaId[] voters = [s_first, s_successor];
        view.Learn(0, new Decision { BootstrapId = new(1), Voters = voters });
        view.Learn(1, new Decision { BootstrapId = new(1), Voters = [s_successor], Cut = [new(s_first, 62)], Closings = [new(s_first, s_successor, [])] });
        view.Learn(s_successor, s_pool, AccountRecord.Empty);
        var published = new Published();
        var desk = new ReservationAuthority(new PoolPort(s_pool, s_first, new ReservationRequest(1, [1], ReservationVerb.Take, default, 0, 0, 0, 0)), s_successor, view, view.ReservationsOf(s_pool));
        desk.Tend(new Instant(1), new HashSet<ReplicaId>(), published);
        return published.Reservations == 0 ? null : "a successor decided about an item before it knew what its predecessor had decided";
    }

    /// <summary>An acknowledgment by a voter that is ahead may be for later voters: it does not count before their decision is known.</summary>
    public static string? AnAcknowledgmentFromAheadDoesNotCountYet()
    {
        ReplicaId[] voters = [new(1), new(2), new(3)];
        var view = new EscrowView();
        view.Learn(0, new Decision { BootstrapId = new(9), Voters = voters });
        foreach (var voter in voters)
            view.Learn(voter, new ConsensusRecord { BootstrapId = new(9), Slot = view.Slot + 1, Acks = [new Mark(voters[0], 5)] });
        return view.AckedOf(voters[0]) == 0 ? null : "acknowledgments of voters that are ahead were counted";
    }

    /// <summary>
    /// A holder that is cut off releases a hold for a customer who waits. The others take the holder for dead, and its successor confirms the same hold: together they must not sell
    /// more than there is.
    /// </summary>
    public static string? AReleasedHoldIsNotSpentBeforeTheConsensusKnowsOfIt()
    {
        const long Capacity = 90;
        const long Held = 5;
        const long Allowance = 4;
        var wait = TimeSpan.FromSeconds(2);
        using var cluster = new SimulatedCluster(
            new SimulationOptions { Configure = o => o.ExpectedReplicas = 3 }, objects => objects.AddBoundedCounter("left", Capacity, o => o.Allowance = Allowance));
        IBoundedCounter Left(int replica) => cluster.Replicas[replica].Replica.GetBoundedCounter("left");
        cluster.RunUntil(() => cluster.Replicas.All(r => r.Replica.GetBoundedCounter("left").GetAudit().Free == Capacity && r.Replica.GetBoundedCounter("left").AvailableHere == Allowance));

        HoldId? hold = null;
        cluster.Run(async () => hold = await Left(0).HoldAsync(Held, new() { TimeToLive = TimeSpan.FromMinutes(5), Timeout = wait }));
        cluster.RunFor(TimeSpan.FromSeconds(1));
        cluster.RunUntilConverged();
        for (var other = 1; other < 3; other++) cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[other]);

        // What the customer wants is all that the holder has in its hands besides what the hold binds, and that.
        var sold = 0L;
        var holder = cluster.Replicas[0].Run!.Id;
        var take = cluster.Begin(async () => sold += await Left(0).TakeAsync(Held + Allowance, TimeSpan.FromMinutes(1)) ? Held + Allowance : 0);
        var cancel = cluster.Begin(() => Left(0).CancelAsync(hold!.Value, wait));
        cluster.RunFor(TimeSpan.FromSeconds(3));
        cluster.Run(() => cluster.Replicas[1].Replica.ForgetAsync(holder, hasEnded: false));
        if (!cancel.IsCompleted) return "a holder that is cut off did not answer in time";
        cluster.Run(async () => sold += await Left(1).ConfirmAsync(hold!.Value, wait) == HoldOutcome.Confirmed ? Held : 0);
        cluster.Run(async () =>
        {
            for (var replica = 1; replica < 3; replica++)
            {
                while (await Left(replica).TakeAsync(1, wait)) sold++;
            }
        });
        cluster.Network.RestoreAll();
        cluster.RunUntil(() => take.IsCompleted);
        while (Left(0).TryTake(1)) sold++;
        cluster.RunUntilConverged();
        return sold <= Capacity ? null : $"{sold} of {Capacity} were sold after a hold was released at a holder that was cut off";
    }

    /// <summary>The sum of what callers wait for stays a number that a record can hold, and is exact again once they have gone.</summary>
    public static string? WhatCallersWaitForNeverWrapsAround()
    {
        var queue = new RightsWaitQueue(new AtomicBudget(), static _ => { });
        var waiters = Enumerable.Range(0, 5).Select(_ => queue.Add(long.MaxValue)).ToArray();
        if (queue.Wanted != Units.Max) return $"callers wait for {queue.Wanted}";
        queue.Add(7);
        foreach (var waiter in waiters) queue.TryAbandon(waiter);
        return queue.Wanted == 7 ? null : $"one caller waits for 7, and the queue for {queue.Wanted}";
    }

    private sealed class Published : IEscrowPublisher
    {
        public int Reservations { get; private set; }

        public void Publish(ConsensusRecord record)
        {
        }

        public void Publish(ulong slot, Decision decision)
        {
        }

        public void Publish(EscrowName name, byte[] key, ReservationRecord record, Instant expiresAt) => Reservations++;

        public void Remove(EscrowName name, byte[] key)
        {
        }

        public void Publish(Account account)
        {
        }
    }
}
