using PeerReplica.DependencyInjection;
using PeerReplica.Testing;

namespace PeerReplica.Tests.Simulation;

/// <summary>Replicas with and without a validator under faults, each checked against the history of all changes at every event.</summary>
public sealed class ValidatedClusterTests
{
    private const int Keys = 6;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Content_is_equal_everywhere_and_replicas_with_one_validator_show_the_same(ulong seed)
    {
        var random = new Random((int)seed);
        var options = new SimulationOptions { Seed = seed, Replicas = 2, EventsPerCheck = 1, Faults = FaultOptions.All };
        using var cluster = new SimulatedCluster(options, Lax);
        for (var i = 0; i < 2; i++) cluster.Add(Strict);
        for (var i = 0; i < 400; i++)
        {
            var writer = cluster.Replicas[random.Next(cluster.Replicas.Count)];
            if (writer.IsRunning && !writer.IsPaused) Write(writer, random);
            cluster.RunFor(TimeSpan.FromMilliseconds(random.Next(8)));
        }

        cluster.Heal();
        cluster.RunUntilConverged();
        cluster.RunFor(TimeSpan.FromSeconds(1));
        cluster.RunUntilConverged();
        var maps = cluster.Replicas.Select(r => r.Replica.GetMap<int, int>("map")).ToArray();
        Assert.Equal(Content(maps[0]), Content(maps[1]));
        Assert.Equal(Content(maps[2]), Content(maps[3]));
        Assert.All(maps[2..], m => Assert.All(m, e => Assert.True(e.Value >= 0)));
        for (var key = 0; key < Keys; key++)
        {
            var accepted = maps[0].GetAll(key).Where(v => v >= 0);
            Assert.Equal(accepted, maps[2].GetAll(key));
            Assert.Equal(accepted.Take(1), maps[3].Where(e => e.Key == key).Select(e => e.Value));
        }

        Assert.All(cluster.Replicas.Skip(2), r => Assert.Equal(0, r.Run!.Node.Host.Validations.Single().HeldKeys));
    }

    private static void Write(SimulatedReplica writer, Random random)
    {
        var map = writer.Replica.GetMap<int, int>("map");
        var key = random.Next(Keys);
        var value = random.Next(-50, 100);
        try
        {
            if (random.Next(5) == 0) map.Remove(key);
            else if (random.Next(4) == 0) map.Update(key, values => values.Append(value).Max());
            else map.Set(key, value, random.Next(6) == 0 ? TimeSpan.FromMilliseconds(300) : null);
        }
        catch (ChangeRefusedException)
        {
            Assert.True(value < 0);
        }
    }

    private static (int Key, int Value)[] Content(IReplicatedMap<int, int> map) => [.. map.Select(e => (e.Key, e.Value)).Order()];

    private static void Lax(IPeerReplicaBuilder objects) => objects.AddMap<int, int>("map");

    private static void Strict(IPeerReplicaBuilder objects) => objects.AddMap<int, int>(
        "map", o => o.Validate = c => c.Value >= 0 ? ChangeVerdict.Accepted : ChangeVerdict.Refused("It is negative."));
}
