using PeerReplica.Testing;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Replication;

/// <summary>Seeds whose name stands for several addresses, which change; and which replica is the first of a cluster.</summary>
public sealed class NameTests
{
    private const string Shared = "app:7400";

    [Fact]
    public void One_name_for_all_makes_one_cluster_and_grants_the_capacity_once()
    {
        using var cluster = Cluster(3);
        cluster.RunUntilMeshed();
        Assert.All(cluster.Replicas, r => cluster.Run(() => r.Replica.WaitUntilSyncedAsync(), TimeSpan.FromSeconds(10)));
        foreach (var replica in cluster.Replicas)
            cluster.Run(() => TakeAllAsync(replica.Replica.GetBoundedCounter("tickets")), TimeSpan.FromMinutes(10));
        cluster.RunUntilConverged();
        var audit = cluster.On(0).GetBoundedCounter("tickets").GetAudit();
        Assert.Equal((100, 100, 0), (audit.Issued, audit.Sold, audit.Oversold));
    }

    [Fact]
    public void Every_instance_can_be_replaced_by_one_at_another_address()
    {
        using var cluster = Cluster(3);
        cluster.RunUntilMeshed();
        Assert.All(cluster.Replicas, r => cluster.Run(() => r.Replica.WaitUntilSyncedAsync(), TimeSpan.FromSeconds(10)));
        for (var i = 0; i < 3; i++)
        {
            cluster.On(i).GetCounter("sold").Add(1);
            cluster.RunUntilConverged();
            cluster.Replicas[i].Stop();
            var next = cluster.Add();
            cluster.Run(() => next.Replica.WaitUntilSyncedAsync(), TimeSpan.FromSeconds(30));
        }

        cluster.RunUntilMeshed();
        Assert.All(cluster.Replicas.Where(r => r.IsRunning), r => Assert.Equal(3, r.Replica.GetCounter("sold").Value));
    }

    [Fact]
    public void A_newcomer_finds_the_others_when_the_name_comes_to_stand_for_them()
    {
        using var cluster = Cluster(2);
        cluster.RunUntilMeshed();
        cluster.Replicas[1].Crash();
        cluster.Replicas[1].Start();
        cluster.Network.SetName(Shared);
        cluster.RunFor(TimeSpan.FromSeconds(20));
        cluster.Network.SetName(Shared, cluster.Replicas[0].Address, cluster.Replicas[1].Address);
        cluster.RunUntilMeshed();
        cluster.Run(() => cluster.On(1).WaitUntilSyncedAsync(), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Only_the_lowest_address_may_be_the_first()
    {
        using var cluster = Cluster(3);
        foreach (var a in cluster.Replicas)
        {
            foreach (var b in cluster.Replicas.Where(b => b.Index > a.Index)) cluster.Network.Cut(a, b);
        }

        var synced = cluster.Replicas.Select(r => cluster.Begin(() => r.Replica.WaitUntilSyncedAsync())).ToArray();
        cluster.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal([true, false, false], synced.Select(s => s.IsCompleted));
        Assert.False(cluster.On(1).GetBoundedCounter("tickets").TryTake());
        cluster.Network.RestoreAll();
        cluster.RunUntilMeshed();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        Assert.All(synced, s => Assert.True(s.IsCompletedSuccessfully));
    }

    [Fact]
    public void Replicas_that_name_only_each_other_do_not_wait_for_each_other_forever()
    {
        using var cluster = new SimulatedCluster(new SimulationOptions { Replicas = 2, SharedSeed = Shared }, b => b.AddCounter("sold"));
        cluster.Network.SetName(Shared, cluster.Replicas[0].Address, cluster.Replicas[1].Address);
        foreach (var replica in cluster.Replicas) cluster.Run(() => replica.Replica.WaitUntilSyncedAsync(), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_replica_that_reaches_nobody_but_itself_waits_for_the_others_before_it_is_the_first()
    {
        using var cluster = Cluster(1);
        cluster.Network.SetName(Shared, cluster.Replicas[0].Address);
        var synced = cluster.Begin(() => cluster.On(0).WaitUntilSyncedAsync());
        cluster.RunFor(TimeSpan.FromMilliseconds(900));
        Assert.False(synced.IsCompleted);
        cluster.RunFor(TimeSpan.FromMilliseconds(300));
        Assert.True(synced.IsCompletedSuccessfully);
    }

    [Fact]
    public void An_operator_can_permit_a_replica_to_be_the_first()
    {
        using var cluster = Cluster(2, o => o.MayBeFirst = true);
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[1]);
        cluster.Run(() => cluster.On(1).WaitUntilSyncedAsync(), TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void A_peer_whose_advertised_name_does_not_resolve_is_dialed_at_the_address_that_it_came_from()
    {
        var dialedFallback = 0;
        for (var seed = 1UL; seed <= 10; seed++)
        {
            // The second replica knows nobody: it learns of the first one by its connection, and what that one advertises does not resolve.
            using var cluster = new SimulatedCluster(
                new SimulationOptions { Seed = seed, Replicas = 2, SharedSeed = Shared, Advertise = i => i == 0 ? "nowhere:7400" : null }, b => b.AddCounter("sold"));
            cluster.Network.SetName("nowhere:7400");
            cluster.Network.SetNameFor(cluster.Replicas[0], Shared, cluster.Replicas[0].Address, cluster.Replicas[1].Address);
            cluster.Network.SetNameFor(cluster.Replicas[1], Shared);
            cluster.RunUntilMeshed();
            cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[1]);
            cluster.RunFor(TimeSpan.FromSeconds(10));
            cluster.Network.RestoreAll();
            cluster.RunUntilMeshed();
            if (cluster.Replicas[1].Run!.Node.Host.Core.Links.Any(l => l.IsOpen && l.IsDialed)) dialedFallback++;
        }

        Assert.InRange(dialedFallback, 1, 10);
    }

    [Fact]
    public void Peers_that_were_never_linked_and_whose_advertised_names_do_not_resolve_find_each_other()
    {
        // Both outer replicas know the one in the middle alone, as behind a service address that leads to one instance.
        using var cluster = new SimulatedCluster(
            new SimulationOptions { Replicas = 3, SharedSeed = Shared, Advertise = i => i == 1 ? null : $"nowhere-{i}:7400" }, b => b.AddCounter("sold"));
        cluster.Network.SetName("nowhere-0:7400");
        cluster.Network.SetName("nowhere-2:7400");
        cluster.Network.SetName(Shared, cluster.Replicas[1].Address);
        cluster.RunUntilMeshed();
        cluster.Network.Cut(cluster.Replicas[1], cluster.Replicas[0]);
        cluster.Network.Cut(cluster.Replicas[1], cluster.Replicas[2]);
        cluster.On(0).GetCounter("sold").Add(7);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(7, cluster.On(2).GetCounter("sold").Value);
    }

    [Theory]
    [InlineData("10.0.0.9:7400", "10.0.0.10:7400")]
    [InlineData("shop-2:7400", "shop-10:7400")]
    [InlineData("127.0.0.1:7400", "127.0.0.1:7401")]
    [InlineData("127.0.0.1:999", "127.0.0.1:7400")]
    [InlineData("a:7400", "B:7400")]
    [InlineData("[2001:db8::1]:7400", "[2001:db8::2]:7400")]
    [InlineData("shop", "shop-2")]
    [InlineData("shop-1", "shop-a")]
    [InlineData("shop-9", "shop-10")]
    [InlineData("shop-01:7400", "shop-1:7401")]
    [InlineData("shop-11:7400", "shop-12:7399")]
    public void Addresses_are_ordered_as_people_count(string lower, string higher)
    {
        Assert.True(PeerReplica.Replication.AddressOrder.Compare(lower, higher) < 0);
        Assert.True(PeerReplica.Replication.AddressOrder.Compare(higher, lower) > 0);
        Assert.Equal(0, PeerReplica.Replication.AddressOrder.Compare(lower, lower));
    }

    [Fact]
    public void Zeros_before_a_number_and_upper_case_do_not_matter_for_the_order_of_addresses() =>
        Assert.Equal(0, PeerReplica.Replication.AddressOrder.Compare("Shop-007:7400", "shop-7:7400"));

    private static async Task TakeAllAsync(IBoundedCounter tickets)
    {
        while (await tickets.TakeAsync(1, TimeSpan.FromSeconds(2)))
        {
        }
    }

    private static SimulatedCluster Cluster(int replicas, Action<PeerReplicaOptions>? configure = null) => new(
        new SimulationOptions { Replicas = replicas, SharedSeed = Shared, Configure = configure },
        b => b.AddCounter("sold").AddBoundedCounter("tickets", 100, o => o.Allowance = 10));
}
