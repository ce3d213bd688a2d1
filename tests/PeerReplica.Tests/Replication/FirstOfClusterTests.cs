using PeerReplica.Testing;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Replication;

/// <summary>
/// Which replica is the first of a cluster when it is not simply the one at the lowest address: its own address is no seed, or the lowest address is dead. The simulator's
/// SeedTimeout and PeerTimeout are 1 s.
/// </summary>
public sealed class FirstOfClusterTests
{
    private const string Shared = "app:7400";

    [Fact]
    public void Without_an_own_seed_the_smallest_id_is_the_first_once_all_seeds_are_linked()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            using var cluster = EachNamesTheOthers(3, seed);
            cluster.RunUntil(() => cluster.Replicas.Any(IsSynced), TimeSpan.FromSeconds(10));
            var first = Assert.Single(cluster.Replicas, IsSynced);
            Assert.Equal(cluster.Replicas.Min(r => r.Run!.Id), first.Run!.Id);
            cluster.RunUntil(() => cluster.Replicas.All(IsSynced), TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public void Without_an_own_seed_nobody_is_the_first_while_a_seed_is_not_linked()
    {
        for (var seed = 1UL; seed <= 10; seed++)
        {
            using var cluster = EachNamesTheOthers(3, seed);
            cluster.Isolate(2);
            cluster.RunFor(TimeSpan.FromSeconds(30));
            Assert.DoesNotContain(cluster.Replicas, IsSynced);
            Assert.Contains("not among the seeds", cluster.On(0).Health.Findings.Single(f => f.Reason == ReplicaHealthReason.NotSynchronized).Message, StringComparison.Ordinal);
            cluster.Network.RestoreAll();
            cluster.RunUntil(() => cluster.Replicas.All(IsSynced), TimeSpan.FromSeconds(20));
        }
    }

    [Fact]
    public void Without_an_own_seed_a_restarted_replica_takes_over_the_state_of_the_others_whatever_its_id_is()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            using var cluster = EachNamesTheOthers(3, seed);
            cluster.RunUntilMeshed();
            cluster.RunUntil(() => cluster.Replicas.All(IsSynced), TimeSpan.FromSeconds(10));
            cluster.On(0).GetCounter("sold").Add(1);
            cluster.RunUntilConverged();
            cluster.Replicas[1].Crash();
            cluster.Replicas[1].Start();
            NameTheOthers(cluster);
            cluster.RunUntil(() => IsSynced(cluster.Replicas[1]), TimeSpan.FromSeconds(10));
            Assert.Equal(1, cluster.On(1).GetCounter("sold").Value);
        }
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    public void Dead_addresses_below_all_others_do_not_keep_a_majority_from_starting(int replicas, int dead)
    {
        for (var seed = 1UL; seed <= 3; seed++)
        {
            using var cluster = Create(replicas, dead, seed);
            cluster.RunUntil(() => cluster.Replicas.Any(IsSynced), TimeSpan.FromSeconds(30));
            Assert.Equal(cluster.Replicas.Min(r => r.Run!.Id), Assert.Single(cluster.Replicas, IsSynced).Run!.Id);
            cluster.RunUntil(() => cluster.Replicas.All(IsSynced), TimeSpan.FromSeconds(10));
            foreach (var replica in cluster.Replicas) cluster.Run(() => TakeAllAsync(replica.Replica.GetBoundedCounter("tickets")), TimeSpan.FromMinutes(10));
            cluster.RunUntilConverged();
            var audit = cluster.On(0).GetBoundedCounter("tickets").GetAudit();
            Assert.Equal((100, 100, 0), (audit.Issued, audit.Sold, audit.Oversold));
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(2, 3)]
    public void Half_of_the_addresses_or_fewer_wait_and_say_why(int replicas, int dead)
    {
        using var cluster = Create(replicas, dead);
        cluster.RunFor(TimeSpan.FromSeconds(60));
        Assert.DoesNotContain(cluster.Replicas, IsSynced);
        var finding = cluster.On(0).Health.Findings.Single(f => f.Reason == ReplicaHealthReason.NotSynchronized);
        Assert.Contains("no more than half of the seeds' addresses answer", finding.Message, StringComparison.Ordinal);
        Assert.Contains("MayBeFirst", finding.Message, StringComparison.Ordinal);
        cluster.Network.SetName(Shared, [.. cluster.Replicas.Select(r => r.Address)]);
        cluster.RunUntil(() => cluster.Replicas.All(IsSynced), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void As_many_instances_as_are_expected_need_no_majority_of_the_addresses()
    {
        using var cluster = Create(2, dead: 5, configure: o => o.ExpectedReplicas = 2);
        cluster.RunUntil(() => cluster.Replicas.All(IsSynced), TimeSpan.FromSeconds(30));
        cluster.RunUntil(() => cluster.On(0).GetBoundedCounter("tickets").Available == 100, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Of_two_sides_that_cannot_reach_each_other_and_have_no_majority_neither_starts()
    {
        // One of five addresses is dead; of the others two and two reach each other.
        using var cluster = Create(4, dead: 1);
        foreach (var (a, b) in ((int, int)[])[(0, 2), (0, 3), (1, 2), (1, 3)]) cluster.Network.Cut(cluster.Replicas[a], cluster.Replicas[b]);
        cluster.RunFor(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(cluster.Replicas, IsSynced);
        cluster.Network.RestoreAll();
        cluster.RunUntil(() => cluster.Replicas.All(IsSynced), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Where_two_cannot_reach_each_other_but_a_third_reaches_both_the_capacity_is_granted_once()
    {
        for (var seed = 1UL; seed <= 3; seed++)
        {
            using var cluster = Create(3, dead: 1, seed);
            cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[1]);
            cluster.RunFor(TimeSpan.FromSeconds(10));
            cluster.Network.RestoreAll();
            cluster.RunUntil(() => cluster.Replicas.All(IsSynced), TimeSpan.FromSeconds(30));
            foreach (var replica in cluster.Replicas) cluster.Run(() => TakeAllAsync(replica.Replica.GetBoundedCounter("tickets")), TimeSpan.FromMinutes(10));
            cluster.RunUntilConverged();
            Assert.Equal(100, cluster.On(0).GetBoundedCounter("tickets").GetAudit().Issued);
        }
    }

    private static bool IsSynced(SimulatedReplica replica) => replica.Run!.Node.Host.Core.IsSynced;

    private static async Task TakeAllAsync(IBoundedCounter tickets)
    {
        while (await tickets.TakeAsync(1, TimeSpan.FromSeconds(2)))
        {
        }
    }

    private static SimulatedCluster Create(int replicas, int dead, ulong seed = 1, Action<PeerReplicaOptions>? configure = null)
    {
        var cluster = new SimulatedCluster(
            new SimulationOptions { Seed = seed, Replicas = replicas, SharedSeed = Shared, Configure = configure },
            b => b.AddCounter("sold").AddBoundedCounter("tickets", 100, o => o.Allowance = 10));
        cluster.Network.SetName(Shared, [.. Enumerable.Range(0, dead).Select(i => $"dead-{i}:7400"), .. cluster.Replicas.Select(r => r.Address)]);
        return cluster;
    }

    private static SimulatedCluster EachNamesTheOthers(int replicas, ulong seed)
    {
        var cluster = new SimulatedCluster(new SimulationOptions { Seed = seed, Replicas = replicas, SharedSeed = Shared }, b => b.AddCounter("sold"));
        NameTheOthers(cluster);
        return cluster;
    }

    private static void NameTheOthers(SimulatedCluster cluster)
    {
        foreach (var replica in cluster.Replicas) cluster.Network.SetNameFor(replica, Shared, [.. cluster.Replicas.Where(r => r != replica).Select(r => r.Address)]);
    }
}
