using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PeerReplica.Security;
using PeerReplica.Testing;

namespace PeerReplica.Simulation;

/// <summary>
/// One seed's run: honest replicas and one that lies sell the same tickets, over a network that authenticates them and loses and reorders
/// frames. With odd seeds the network knows replicas by keys, and 2 to 4 of them are honest; with even ones by certificates, 3 to 6 are honest, and the
/// liar lies about votes and decisions too. (It doubles none: a request for a full state that comes twice counts against whoever answers it, and the liar
/// makes the honest ask each other often.) What honest replicas believe is compared with what is so; what their customers were told must never
/// pass what was granted. Then the liar is expelled, and everything that can be sold must be sold.
/// </summary>
internal sealed class LiarScenario
{
    private static readonly TimeSpan s_convergenceBound = TimeSpan.FromSeconds(90);
    private static readonly DateTimeOffset s_validUntil = DateTimeOffset.UnixEpoch.AddYears(200);

    private readonly ulong _seed;
    private readonly SeededRandom _random;
    private readonly ILoggerFactory _logging;
    private readonly int _honest;
    private readonly bool _hasCertificates;
    private readonly long _capacity;
    private readonly long _allowance;
    private long _sold;
    private long _operations;

    public LiarScenario(ulong seed, ILoggerFactory? logging = null)
    {
        _seed = seed;
        _logging = logging ?? NullLoggerFactory.Instance;
        _random = new SeededRandom(seed);
        _hasCertificates = seed % 2 == 0;
        _honest = _hasCertificates ? 3 + _random.Next(4) : 2 + _random.Next(3);
        _capacity = _random.Next(2) == 0 ? _random.Next(20, 100) : _random.Next(100, 1000);
        _allowance = _random.Next(1, 20);
    }

    /// <summary>The lies that were told.</summary>
    public LieCounts Told { get; private set; } = new();

    /// <summary>Whether replicas sign: with two of four seeds, since signatures make up for other checks that are left out.</summary>
    private bool Signs => _seed % 4 >= 2;

    /// <summary>Runs it; throws <see cref="SimulationException"/> where a promise is broken.</summary>
    public ScenarioResult Run()
    {
        using var cluster = new SimulatedCluster(Draw(), o => o.AddBoundedCounter("tickets", _capacity, t => t.Allowance = _allowance));
        cluster.Network.IdentityOf = _hasCertificates
            ? address => PeerIdentity.OfNode($"spiffe://default/peerreplica/{NodeAt(cluster, address)}", NodeAt(cluster, address), s_validUntil)
            : static address => PeerIdentity.OfKey(SHA256.HashData(Encoding.UTF8.GetBytes(address)));
        var machine = cluster.Replicas[^1];
        var liar = new Liar(cluster, machine, _random);
        Told = liar.Told;
        var beliefs = new HonestBeliefs(cluster, machine);
        cluster.RunUntil(beliefs.AreReady, s_convergenceBound);
        if (Signs) TellRelayedLies(cluster, machine, liar, beliefs);
        var end = cluster.Now + TimeSpan.FromSeconds(2 + (_random.NextDouble() * 6));
        var late = end - TimeSpan.FromSeconds(1);
        while (cluster.Now < end)
        {
            cluster.RunFor(TimeSpan.FromMilliseconds(_random.Next(30)));
            if (_hasCertificates && _random.Next(2) == 0) liar.Vote();
            else liar.Tell(isLate: cluster.Now > late);
            Sell(cluster.Replicas[_random.Next(_honest)]);
            beliefs.MustBeTrue();
            MustNotBeOversold(cluster);
        }

        cluster.Heal();
        Expel(cluster, machine);
        beliefs.RunUntilEqual(s_convergenceBound);
        SellOut(cluster, beliefs);
        return new ScenarioResult(cluster.TranscriptHash, cluster.Events, _operations, cluster.Network.FramesDelivered, cluster.Now, IsComplete: true, cluster.Faults);
    }

    private void TellRelayedLies(SimulatedCluster cluster, SimulatedReplica machine, Liar liar, HonestBeliefs beliefs)
    {
        new RelayedLies(cluster, machine, _random, liar.Told).Tell(() =>
        {
            Sell(cluster.Replicas[_random.Next(_honest)]);
            beliefs.MustBeTrue();
            MustNotBeOversold(cluster);
        });
        cluster.RunUntil(beliefs.AreReady, s_convergenceBound);
    }

    private SimulationOptions Draw()
    {
        var interval = TimeSpan.FromMilliseconds(_random.Next(1, 20));
        return new SimulationOptions
        {
            Seed = _seed,
            Signs = Signs,
            Replicas = _honest + 1,
            Faults = new FaultOptions
            {
                MaxDelay = TimeSpan.FromMilliseconds(0.2 + (_random.NextDouble() * 20)),
                Loss = _random.Next(2) == 0 ? _random.NextDouble() * 0.03 : 0,
                Reordering = _random.Next(2) == 0,
            },
            Logging = _logging,
            KeepsHistory = false,
            Configure = o =>
            {
                if (_hasCertificates) o.UseCertificates(static () => throw new NotSupportedException("the simulated network carries no handshake"));
                else o.SharedSecret = DevelopmentSecret;
                o.ExpectedReplicas = _honest + 1;
                o.BroadcastInterval = interval;
                o.ConcernTimeout = TimeSpan.FromSeconds(5);
            },
        };
    }

    /// <summary>Only makes the transport say who is who: the simulated network carries no handshake.</summary>
    private static string DevelopmentSecret => "9rJhMJmYVna1JjW3wpfRgSWaqfBqIjiFdsf5wRxGckM=";

    private static string NodeAt(SimulatedCluster cluster, string address) => cluster.Replicas.First(r => r.Address == address).NodeName;

    private void Sell(SimulatedReplica replica)
    {
        if (replica.Run is not { } run) return;
        var amount = _random.Next(1, 6);
        _operations++;
        if (_random.Next(3) == 0) _ = TakeAsync(run, amount, TimeSpan.FromMilliseconds(_random.Next(1, 1000)));
        else if (run.Node.GetBoundedCounter("tickets").TryTake(amount)) _sold += amount;
    }

    private async Task<bool> TakeAsync(SimulatedRun run, long amount, TimeSpan patience)
    {
        if (!await run.Node.GetBoundedCounter("tickets").TakeAsync(amount, patience)) return false;
        _sold += amount;
        return true;
    }

    private void MustNotBeOversold(SimulatedCluster cluster)
    {
        if (_sold > _capacity) throw new SimulationException($"oversold: {_sold} of {_capacity} were taken at honest replicas", _seed, cluster.Now);
    }

    private void Expel(SimulatedCluster cluster, SimulatedReplica machine)
    {
        var operatedOn = cluster.Replicas[0].Replica;
        var identity = cluster.Network.IdentityOf!(machine.Address).Name;
        cluster.Run(() => operatedOn.ExpelAsync(identity));

        // One that the liar shows less than it shows others takes no full state of them while it is linked with it, and may not
        // hear of the decision: there an operator decides as well.
        cluster.RunFor(TimeSpan.FromSeconds(3));
        foreach (var replica in cluster.Replicas.Where(r => r != machine && IsLinked(r, machine)))
            cluster.Run(() => replica.Replica.ExpelAsync(identity));
        foreach (var replica in cluster.Replicas.Where(r => r != machine && IsLinked(r, machine)))
            throw new SimulationException($"{replica.NodeName} is still linked with the replica that was expelled", _seed, cluster.Now);

        cluster.Begin(async () =>
        {
            try
            {
                await operatedOn.ForgetAsync(machine.Run!.Id);
            }
            catch (PeerReplicaException)
            {
                // The wish stays, and is carried out when a majority has agreed.
            }
        });
        try
        {
            cluster.RunUntil(() => cluster.Replicas.Where(r => r != machine).All(r => r.Run!.Node.Host.Core.Escrow.View.ClosingOf(machine.Run!.Id) is not null), s_convergenceBound);
        }
        catch (SimulationException e)
        {
            throw new SimulationException($"the account of the replica that was expelled is still open: {e.Message}{string.Concat(cluster.Replicas.Select(EscrowDescription.Of))}", _seed, cluster.Now);
        }
    }

    private static bool IsLinked(SimulatedReplica replica, SimulatedReplica machine) =>
        replica.Run!.Node.Host.Core.Links.Any(l => l.IsOpen && l.Peer!.Id == machine.Run!.Id);

    private void SellOut(SimulatedCluster cluster, HonestBeliefs beliefs)
    {
        for (var round = 0; round < 6 && beliefs.Honest.Any(r => AuditOf(r).Free > 0); round++)
        {
            foreach (var run in beliefs.Honest.ToArray()) cluster.Run(() => SellOutAsync(run), TimeSpan.FromMinutes(10));
            beliefs.RunUntilEqual(s_convergenceBound);
            MustNotBeOversold(cluster);
        }

        foreach (var run in beliefs.Honest)
        {
            var audit = AuditOf(run);
            var isRight = audit is { Free: 0, Held: 0, IsBalanced: true } && audit.Sold + audit.Stranded == audit.Issued && audit.Issued == _capacity;
            if (!isRight) throw new SimulationException($"{run.Machine.NodeName} ends with {audit}; {_sold} of {_capacity} were taken", _seed, cluster.Now);
        }
    }

    private async Task SellOutAsync(SimulatedRun run)
    {
        while (AuditOf(run).Free > 0 && await TakeAsync(run, 1, TimeSpan.FromSeconds(1))) _operations++;
    }

    private static EscrowAudit AuditOf(SimulatedRun run) => run.Node.GetBoundedCounter("tickets").GetAudit();
}
