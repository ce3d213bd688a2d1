using PeerReplica.Replication;
using PeerReplica.Testing;

namespace PeerReplica.SlowTests.Plants;

/// <summary>Promises that short runs on virtual time show to hold or to be broken. Each returns what broke, or null.</summary>
internal static class ReplicationLaws
{
    /// <summary>Once the grace period after its expiry is over, an entry is removed by whoever holds it, although its author crashed.</summary>
    public static string? ExpiredEntriesOfDeadOriginsAreRemoved()
    {
        using var cluster = Simulated.Cluster(2, o => o.AddMap<string, int>("map"));
        cluster.On(0).GetMap<string, int>("map").Set("key", 1, TimeSpan.FromSeconds(1));
        cluster.RunUntilConverged();
        cluster.Replicas[0].Crash();
        cluster.RunFor(TimeSpan.FromSeconds(10));
        var store = StoreOf(cluster, 1);
        for (var origin = 0; origin < store.Origins.Count; origin++)
        {
            for (var record = store.Log(origin).Head; record is not null; record = record.LogNext)
            {
                if (record.IsLive && record.ExpiresAt.Ticks != 0) return $"a live record of origin {origin} is past its expiry";
            }
        }

        return null;
    }

    /// <summary>What two apps write without having seen the other's value stays visible side by side, although one write was still pending when the other arrived.</summary>
    public static string? APendingWriteHasNotObservedWhatArrivesAfterIt()
    {
        using var cluster = Simulated.Cluster(2, o => o.AddMultiValueRegister<int>("register").AddCounter("counter"), o => o.BroadcastInterval = TimeSpan.FromSeconds(1));
        cluster.RunFor(TimeSpan.FromSeconds(5));
        cluster.On(1).GetCounter("counter").Add(1);
        cluster.RunFor(TimeSpan.FromMilliseconds(1));
        cluster.On(1).GetMultiValueRegister<int>("register").Set(2);
        cluster.On(0).GetMultiValueRegister<int>("register").Set(1);
        cluster.RunFor(TimeSpan.FromSeconds(3));
        cluster.RunUntilConverged();
        var values = cluster.On(0).GetMultiValueRegister<int>("register").Values.Order().ToArray();
        return values is [1, 2] ? null : $"of the two values that were written without seeing each other there are {string.Join(',', values)}";
    }

    /// <summary>Nothing is dropped that a member lacks which is not forgotten, however long it has been away: it never needs the full state.</summary>
    public static string? TheFloorDoesNotPassAnAbsentMember()
    {
        using var cluster = Simulated.Cluster(3, o => o.AddMap<string, int>("map"));
        cluster.Isolate(2);
        for (var i = 0; i < 20; i++)
        {
            cluster.On(0).GetMap<string, int>("map").Set($"key {i}", i);
            cluster.RunFor(TimeSpan.FromMilliseconds(100));
            cluster.On(0).GetMap<string, int>("map").Remove($"key {i}");
        }

        cluster.RunFor(TimeSpan.FromSeconds(5));
        var (floor, absent) = (StoreOf(cluster, 0), StoreOf(cluster, 2));
        for (var origin = 0; origin < floor.Floor.Length; origin++)
        {
            var contained = absent.Origins.TryGetIndex(floor.Origins[origin], out var index) ? absent.Vector[index] : 0;
            if (floor.Floor[origin] > contained) return $"the floor is at {floor.Floor[origin]} of origin {origin}, of which a member that is not forgotten has {contained}";
        }

        return null;
    }

    /// <summary>Of those that could pass a change on, the one with the lowest id does so at once.</summary>
    public static string? TheLowestIdRelaysFirst()
    {
        using var cluster = Simulated.Cluster(4, o => o.AddCounter("counter"), o => o.RelayAfter = TimeSpan.FromMilliseconds(400));
        var (author, reader) = (cluster.Replicas[3], cluster.Replicas[2]);
        cluster.Network.Cut(author, reader);
        cluster.RunFor(TimeSpan.FromSeconds(4));
        cluster.RunUntilConverged();
        var last = new[] { cluster.Replicas[0], cluster.Replicas[1] }.MaxBy(r => r.Run!.Id)!;
        last.Pause();
        author.Replica.GetCounter("counter").Add(1);
        cluster.RunFor(TimeSpan.FromMilliseconds(300));
        return reader.Replica.GetCounter("counter").Value == 1 ? null : "the replica with the lowest id did not relay at once";
    }

    /// <summary>A member that others still hear of is not forgotten for want of a link.</summary>
    public static string? AMemberThatOthersReachIsNotForgotten()
    {
        using var cluster = Simulated.Cluster(3, o => o.AddCounter("counter"), o => o.ForgetAfter = TimeSpan.FromSeconds(2));
        cluster.Network.Cut(cluster.Replicas[0], cluster.Replicas[1]);
        var id = cluster.Replicas[1].Run!.Id;

        // Who is forgotten and alive announces itself again: it must not be missing at any time.
        for (var step = 0; step < 8_000; step++)
        {
            cluster.RunFor(TimeSpan.FromMilliseconds(1));
            if (!cluster.Replicas[0].Run!.Node.Host.Core.Members.Any(m => m.Id == id)) return "a live member that another replica reaches was forgotten";
        }

        return null;
    }

    /// <summary>The rights of an instance that never returns are reclaimed: all others see its account closed.</summary>
    public static string? ALostReplicaIsReclaimed()
    {
        for (var seed = 1UL; seed <= 5; seed++)
        {
            using var cluster = new SimulatedCluster(new SimulationOptions { Seed = seed, Configure = Small }, o => o.AddBoundedCounter("tickets", 300));
            cluster.RunUntilMeshed();
            cluster.RunFor(TimeSpan.FromSeconds(3));
            var lost = cluster.Replicas[2].Run!.Id;
            cluster.Replicas[2].Crash();
            cluster.RunFor(TimeSpan.FromSeconds(15));
            foreach (var replica in cluster.Replicas.Take(2))
            {
                if (replica.Run!.Node.Host.Core.Escrow.View.ClosingOf(lost) is null) return $"seed {seed}: {replica.NodeName} does not see the account of a replica that never returned closed";
            }
        }

        return null;

        static void Small(PeerReplicaOptions options)
        {
            options.ExpectedReplicas = 3;
            options.ForgetAfter = TimeSpan.FromSeconds(2);
        }
    }

    private static Store StoreOf(SimulatedCluster cluster, int index) => cluster.Replicas[index].Run!.Node.Host.Core.Store;
}
