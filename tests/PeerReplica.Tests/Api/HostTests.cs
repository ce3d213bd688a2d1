namespace PeerReplica.Tests.Api;

/// <summary>Replicas in real hosts, over real sockets on the loopback address.</summary>
public sealed class HostTests
{
    [Fact]
    public async Task Two_hosts_replicate_to_each_other()
    {
        await using var first = await Hosts.StartAsync(Objects);
        first.Replica.GetCounter("sold").Add(3);
        first.Replica.GetMap<string, Seat>("seats").Set("a", new("A", 1));
        await using var second = await Hosts.StartAsync(Objects, o => o.Seeds.Add(first.Address));
        await second.Replica.WaitUntilSyncedAsync().WaitAsync(Hosts.Patience);
        Assert.Equal(3, second.Replica.GetCounter("sold").Value);
        Assert.Equal([new("a", new("A", 1))], second.Replica.GetMap<string, Seat>("seats"));
        await second.Replica.GetCounter("sold").AddAsync(4, WriteConcern.Peers(1).WithTimeout(Hosts.Patience));
        Assert.Equal(7, first.Replica.GetCounter("sold").Value);
        Assert.Equal(await first.Replica.GetContentHashAsync(), await second.Replica.GetContentHashAsync());
    }

    [Fact]
    public async Task Replicas_that_share_a_secret_replicate()
    {
        const string secret = Secrets.First;
        await using var first = await Hosts.StartAsync(Objects, o => o.SharedSecret = secret);
        await using var second = await Hosts.StartAsync(Objects, o =>
        {
            o.SharedSecret = secret;
            o.Seeds.Add(first.Address);
        });
        await first.Replica.GetCounter("sold").AddAsync(4, WriteConcern.Peers(1).WithTimeout(Hosts.Patience));
        Assert.Equal(4, second.Replica.GetCounter("sold").Value);
    }

    [Fact]
    public async Task Writes_made_before_the_start_leave_once_it_runs()
    {
        await using var first = await Hosts.StartAsync(Objects);
        await using var second = Hosts.Create(Objects, o => o.Seeds.Add(first.Address));
        Assert.Equal(ReplicaState.Created, second.Replica.State);
        Assert.Empty(second.Replica.Peers);
        second.Replica.GetCounter("sold").Add(5);
        second.Replica.GetMap<string, Seat>("seats").Set("b", new("B", 2));
        Assert.Equal(5, second.Replica.GetCounter("sold").Value);
        var flushed = second.Replica.FlushAsync(WriteConcern.Peers(1).WithTimeout(Hosts.Patience));
        Assert.False(flushed.IsCompleted);
        await second.StartAsync();
        await flushed;
        Assert.Equal(ReplicaState.Running, second.Replica.State);
        await second.Replica.FlushAsync(WriteConcern.Peers(1).WithTimeout(Hosts.Patience));
        Assert.Equal(5, first.Replica.GetCounter("sold").Value);
        Assert.True(first.Replica.GetMap<string, Seat>("seats").ContainsKey("b"));
        await second.StopAsync();
        Assert.Equal(ReplicaState.Stopped, second.Replica.State);
    }

    [Fact]
    public async Task Waiting_ends_when_the_replica_stops()
    {
        await using var host = await Hosts.StartAsync(Objects, o => o.Seeds.Add("127.0.0.1:1"));
        var synced = host.Replica.WaitUntilSyncedAsync();
        var flushed = host.Replica.FlushAsync(WriteConcern.Peers(1).WithTimeout(TimeSpan.FromHours(1)));
        var refreshed = host.Replica.RefreshAsync(ReadConcern.Peers(1).WithTimeout(TimeSpan.FromHours(1)));
        Assert.False(synced.IsCompleted || flushed.IsCompleted || refreshed.IsCompleted);
        await host.StopAsync();
        await Assert.ThrowsAsync<ReplicaNotRunningException>(() => synced.WaitAsync(Hosts.Patience));
        await Assert.ThrowsAsync<ReplicaNotRunningException>(() => flushed.WaitAsync(Hosts.Patience));
        await Assert.ThrowsAsync<ReplicaNotRunningException>(() => refreshed.WaitAsync(Hosts.Patience));
    }

    [Fact]
    public async Task A_single_replica_with_default_options_makes_no_noise()
    {
        await using var host = await Hosts.StartAsync(Objects);
        await host.Replica.WaitUntilSyncedAsync().WaitAsync(Hosts.Patience);
        await host.Replica.GetCounter("sold").AddAsync(1, WriteConcern.All);
        await host.Replica.GetCounter("sold").GetAsync(ReadConcern.All);
        await host.Replica.GetContentHashAsync();
        await host.StopAsync();
        Assert.NotEmpty(host.Logs.All);
        Assert.Empty(host.Logs.AboveInformation);
    }

    [Fact]
    public async Task Replicas_that_join_and_leave_in_good_order_make_no_noise()
    {
        await using var first = await Hosts.StartAsync(Objects);
        await using var second = await Hosts.StartAsync(Objects, o => o.Seeds.Add(first.Address));
        await second.Replica.GetCounter("sold").AddAsync(1, WriteConcern.Peers(1).WithTimeout(Hosts.Patience));
        await second.StopAsync();
        await first.StopAsync();
        Assert.Empty(first.Logs.AboveInformation);
        Assert.Empty(second.Logs.AboveInformation);
    }

    [Fact]
    public void A_cluster_that_starts_at_once_and_stops_makes_no_noise()
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            using var logs = new CapturedLogs();
            using var cluster = new Testing.SimulatedCluster(new Testing.SimulationOptions { Seed = seed, Replicas = 4, Logging = logs }, Objects);
            cluster.RunUntilMeshed();
            cluster.RunFor(TimeSpan.FromSeconds(5));
            foreach (var replica in cluster.Replicas) replica.Stop();
            Assert.Empty(logs.AboveInformation);
        }
    }

    private static void Objects(DependencyInjection.IPeerReplicaBuilder b) => b.AddCounter("sold").AddMap<string, Seat>("seats");
}
