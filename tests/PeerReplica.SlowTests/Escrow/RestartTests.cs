using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Testing;

namespace PeerReplica.SlowTests.Escrow;

/// <summary>What a replica that stays says does not grow with the restarts of the others.</summary>
public sealed class RestartTests
{
    private const long Capacity = 20_000;
    private static readonly EscrowName s_tickets = new(ObjectKind.BoundedCounter, "tickets");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void After_200_restarts_of_the_others_the_records_of_a_replica_that_stays_are_as_long_as_after_10(bool isGraceful)
    {
        using var cluster = new SimulatedCluster(
            new SimulationOptions
            {
                Seed = 3,
                Replicas = 3,
                Configure = o =>
                {
                    o.ExpectedReplicas = 3;
                    o.ForgetAfter = TimeSpan.FromSeconds(1);
                },
            },
            objects => objects.AddBoundedCounter("tickets", Capacity, o =>
            {
                o.Allowance = 5;
                o.Ceiling = Capacity;
            }));
        cluster.RunUntil(() => cluster.Replicas.All(r => View(r).InitialGrantOf(s_tickets) is not null), TimeSpan.FromSeconds(10));
        var (account, consensus) = (0, 0);
        for (var restart = 1; restart <= 200; restart++)
        {
            var replica = cluster.Replicas[1 + (restart % 2)];
            var before = replica.Run!.Id;
            if (isGraceful) replica.Stop();
            else replica.Crash();
            cluster.RunFor(TimeSpan.FromMilliseconds(100));
            replica.Start();
            cluster.RunUntil(() => cluster.Running.All(r => r.Node.Host.Core.Escrow.View.ClosingOf(before) is not null && IsSettled(r)), TimeSpan.FromSeconds(20));

            // The new run has no rights: what it takes was given to it.
            cluster.Run(() => replica.Replica.GetBoundedCounter("tickets").TakeAsync(7, TimeSpan.FromSeconds(10)), TimeSpan.FromSeconds(20));
            cluster.Run(() => replica.Replica.GetBoundedCounter("tickets").ReturnAsync(3, TimeSpan.FromSeconds(10)), TimeSpan.FromSeconds(20));
            if (restart == 10) (account, consensus) = (AccountBytes(cluster), ConsensusBytes(cluster));
        }

        cluster.RunUntilConverged(TimeSpan.FromSeconds(20));
        Assert.InRange(AccountBytes(cluster), 1, account + 64);
        Assert.InRange(ConsensusBytes(cluster), 1, consensus + 64);
        var audit = cluster.Replicas[0].Replica.GetBoundedCounter("tickets").Audit;
        Assert.True(audit is { IsBalanced: true, Sold: 800, Oversold: 0, Issued: Capacity }, audit.ToString());
        Assert.Equal(3, View(cluster.Replicas[0]).OpenAccountsOf(s_tickets).Count);
    }

    private static bool IsSettled(SimulatedRun run) =>
        run.Node.Host.Core is { IsSynced: true, Escrow: { HasUnfinishedBusiness: false, View: var view } } && view.Voters.Length == 3 && view.Participants.Count == 3;

    private static EscrowView View(SimulatedReplica replica) => replica.Run!.Node.Host.Core.Escrow.View;

    private static int AccountBytes(SimulatedCluster cluster)
    {
        var own = cluster.Replicas[0].Run!;
        return RecordBytes.Of(own.Node.Host.Core.Escrow.View.AccountOf(s_tickets, own.Id).Encode).Length;
    }

    private static int ConsensusBytes(SimulatedCluster cluster) => RecordBytes.Of(cluster.Replicas[0].Run!.Node.Host.Core.Escrow.AccountConsensus.Own.Encode).Length;
}
