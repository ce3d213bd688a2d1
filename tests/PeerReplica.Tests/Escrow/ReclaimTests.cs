using PeerReplica.Testing;

namespace PeerReplica.Tests.Escrow;

/// <summary>The rights of a replica that never returns come back to the others, whoever of them noticed first.</summary>
public sealed class ReclaimTests
{
    private const long Capacity = 300;
    private const long Allowance = 10;
    private static readonly TimeSpan s_forgetAfter = TimeSpan.FromSeconds(2);

    /// <summary>What it may take at most after a crash: PeerTimeout until it is missed, ForgetAfter, PeerTimeout again for it to object, and a few rounds of the account consensus.</summary>
    private static readonly TimeSpan s_bound = s_forgetAfter + TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(false, 40)]
    [InlineData(true, 10)]
    public void The_account_of_a_replica_that_crashed_and_never_returns_is_closed_whatever_the_seed(bool isUnderLoad, ulong seeds)
    {
        for (var seed = 1UL; seed <= seeds; seed++)
        {
            using var cluster = Cluster(seed, 3);
            var victim = (int)(seed % 3);
            var id = cluster.Replicas[victim].Run!.Id;
            if (isUnderLoad) Sell(cluster, TimeSpan.FromSeconds(0.5));
            cluster.Replicas[victim].Crash();
            var end = cluster.Now + s_bound;
            if (isUnderLoad) Sell(cluster, s_bound);
            WaitUntilClosed(cluster, id, seed, end > cluster.Now ? end - cluster.Now : TimeSpan.Zero);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void After_pods_were_replaced_one_after_another_the_counter_sells_all_but_the_allowances(int replaced)
    {
        using var cluster = Cluster(7, 3);
        for (var i = 0; i < replaced; i++)
        {
            // The oldest that runs, so that in the end none of the first is left.
            var oldest = cluster.Replicas.First(r => r.IsRunning);
            var id = oldest.Run!.Id;
            oldest.Crash();
            cluster.RunFor(TimeSpan.FromSeconds(0.5));
            cluster.Add();
            WaitUntilClosed(cluster, id, (ulong)i, s_bound);
            cluster.RunUntil(() => Running(cluster).All(r => View(r).Voters.Length == 3 && View(r).Voters.All(v => Running(cluster).Any(o => o.Run!.Id == v))), s_bound);
        }

        MustSellOut(cluster, sold: 0, replaced * Allowance);
    }

    [Fact]
    public void A_replica_that_joined_after_the_crash_has_a_voice_about_a_member_that_it_never_met()
    {
        using var cluster = Cluster(11, 3);
        var id = cluster.Replicas[0].Run!.Id;
        cluster.Replicas[0].Crash();

        // The others forget the member; then one of them is replaced in good order by one that finds it in the records alone.
        cluster.RunFor(s_forgetAfter + TimeSpan.FromSeconds(0.3));
        cluster.Add();
        cluster.RunUntil(() => Running(cluster).All(r => View(r).Voters.Length >= 3));
        WaitUntilClosed(cluster, id, 11, s_bound + s_forgetAfter);
    }

    [Fact]
    public void A_live_replica_that_a_quorum_hears_of_through_others_alone_is_never_given_up()
    {
        using var cluster = Cluster(3, 7);

        // Each is linked with its neighbors alone: of an end four of seven voters have neither a link nor a row.
        for (var i = 0; i < 7; i++)
        {
            for (var j = i + 2; j < 7; j++) cluster.Network.Cut(cluster.Replicas[i], cluster.Replicas[j]);
        }

        for (var i = 0; i < 20; i++)
        {
            cluster.RunFor(TimeSpan.FromSeconds(1));
            Assert.All(Running(cluster), r => Assert.Null(View(r).ClosingOf(r.Run!.Id)));
        }

        cluster.Heal();
        cluster.RunUntilConverged();
        MustSellOut(cluster, sold: 0, stranded: 0);
    }

    [Fact]
    public void A_member_that_an_operator_removed_and_nobody_closed_is_closed_by_the_voters_evidence()
    {
        using var cluster = Cluster(5, 5);
        var (operating, victim) = (cluster.Replicas[0], cluster.Replicas[4]);
        var (id, operatorId) = (victim.Run!.Id, operating.Run!.Id);
        victim.Crash();

        // The operator's replica reaches one other: the wish removes the member from the list, meets no majority, and dies with the replica.
        cluster.Network.Cut(operating, cluster.Replicas[2]);
        cluster.Network.Cut(operating, cluster.Replicas[3]);
        cluster.Network.Cut(cluster.Replicas[1], cluster.Replicas[2]);
        cluster.Network.Cut(cluster.Replicas[1], cluster.Replicas[3]);
        cluster.RunFor(TimeSpan.FromSeconds(0.1));
        using var given = new CancellationTokenSource();
        var forgetting = cluster.Begin(() => operating.Replica.ForgetAsync(id, hasEnded: false, given.Token));
        cluster.RunFor(TimeSpan.FromSeconds(0.2));
        given.Cancel();
        cluster.RunFor(TimeSpan.FromSeconds(0.2));
        Assert.True(forgetting.IsCanceled);
        cluster.Heal();
        operating.Crash();
        WaitUntilClosed(cluster, id, 5, s_bound);
        WaitUntilClosed(cluster, operatorId, 5, s_bound);
    }

    private static SimulatedCluster Cluster(ulong seed, int replicas)
    {
        var cluster = new SimulatedCluster(
            new SimulationOptions
            {
                Seed = seed,
                Replicas = replicas,
                Configure = o =>
                {
                    o.ExpectedReplicas = replicas;
                    o.ForgetAfter = s_forgetAfter;
                },
            },
            objects => objects.AddBoundedCounter("left", Capacity, o => o.Allowance = Allowance));
        cluster.RunUntil(() => cluster.Replicas.All(r => Left(r).AvailableHere > 0 && View(r).Voters.Length == replicas));
        return cluster;
    }

    private static SimulatedReplica[] Running(SimulatedCluster cluster) => [.. cluster.Replicas.Where(r => r.IsRunning)];

    private static IBoundedCounter Left(SimulatedReplica replica) => replica.Replica.GetBoundedCounter("left");

    private static PeerReplica.Escrow.EscrowView View(SimulatedReplica replica) => replica.Run!.Node.Host.Core.Escrow.View;

    private static void Sell(SimulatedCluster cluster, TimeSpan duration)
    {
        for (var end = cluster.Now + duration; cluster.Now < end;)
        {
            foreach (var replica in Running(cluster))
            {
                if (Left(replica).TryTake()) cluster.After(TimeSpan.FromMilliseconds(5), () => { if (replica.IsRunning) Left(replica).Return(1); });
            }

            cluster.RunFor(TimeSpan.FromMilliseconds(20));
        }
    }

    private static void WaitUntilClosed(SimulatedCluster cluster, ReplicaId id, ulong seed, TimeSpan within)
    {
        try
        {
            cluster.RunUntil(() => Running(cluster).All(r => View(r).ClosingOf(id) is not null), within);
        }
        catch (SimulationException e)
        {
            Assert.Fail($"seed {seed}: {e.Message}; given up by {string.Join(", ", Running(cluster).Select(r => View(r).ConsensusRecordOf(r.Run!.Id)!.GivenUp.Length))}");
        }
    }

    private static void MustSellOut(SimulatedCluster cluster, long sold, long stranded)
    {
        cluster.Run(async () =>
        {
            foreach (var replica in Running(cluster))
            {
                while (await Left(replica).TakeAsync(1, TimeSpan.FromSeconds(2))) sold++;
            }
        });
        cluster.RunUntilConverged();
        Assert.InRange(sold, Capacity - stranded, Capacity);
        Assert.All(Running(cluster), r => Assert.Equal((Capacity, sold, 0), (Left(r).Audit.Issued, Left(r).Audit.Sold, Left(r).Audit.Free)));
    }
}
