using Microsoft.Extensions.Logging;
using PeerReplica.Crdts;
using PeerReplica.DependencyInjection;
using PeerReplica.Replication;
using PeerReplica.Testing;
using PeerReplica.Tests.Api;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Health;

/// <summary>Instances that register one name differently.</summary>
public sealed class ObjectMismatchTests
{
    public static TheoryData<string, Action<IPeerReplicaBuilder>, Action<IPeerReplicaBuilder>, string> Pairs => new()
    {
        { "kinds", b => b.AddCounter("x"), b => b.AddMap<int, int>("x"), "two objects" },
        { "register and flag", b => b.AddRegister<bool>("x"), b => b.AddFlag("x"), "two objects" },
        { "bounded and plain counter", b => b.AddCounter("x"), b => b.AddBoundedCounter("x", 5), "two objects" },
        { "key types", b => b.AddMap<int, int>("x"), b => b.AddMap<string, int>("x"), "two objects" },
        { "element types", b => b.AddSet<Guid>("x"), b => b.AddSet<string>("x"), "two objects" },
        { "value types", b => b.AddMap<int, int>("x"), b => b.AddMap<int, string>("x"), "one object" },
        { "register values", b => b.AddRegister<long>("x"), b => b.AddRegister<Version>("x"), "one object" },
        { "presence values", b => b.AddPresence<int>("x"), b => b.AddPresence<string>("x"), "one object" },
        { "capacities", b => b.AddBoundedCounter("x", 5), b => b.AddBoundedCounter("x", 6), "first grant counts" },
        { "floors", b => b.AddBoundedCounter("x", 5), b => b.AddBoundedCounter("x", 5, o => o.Floor = -1), "first grant counts" },
        { "ceilings", b => b.AddBoundedCounter("x", 5), b => b.AddBoundedCounter("x", 5, o => o.Ceiling = 5), "first grant counts" },
        { "items", b => b.AddPool("x", ["a", "b"]), b => b.AddPool("x", ["a", "c"]), "first grant counts" },
        { "item types", b => b.AddPool("x", ["1", "2"]), b => b.AddPool("x", [1, 2]), "first grant counts" },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Both_sides_log_an_error_once_and_report_the_outcome(string what, Action<IPeerReplicaBuilder> one, Action<IPeerReplicaBuilder> other, string outcome)
    {
        Assert.NotEmpty(what);
        using var logs = new CapturedLogs();
        using var cluster = Cluster(logs, one, other);
        cluster.RunFor(TimeSpan.FromSeconds(30));
        Assert.All([cluster.On(0), cluster.On(1)], r =>
        {
            var finding = Assert.Single(r.Health.Findings, f => f.Reason == ReplicaHealthReason.ObjectMismatch);
            Assert.Equal("x", finding.Subject);
            Assert.Equal(ReplicaHealthStatus.Degraded, finding.Status);
            Assert.Contains(outcome, finding.Message, StringComparison.Ordinal);
        });
        Assert.Equal(2, Errors(logs).Count());
        Assert.All(cluster.Replicas, r => Assert.Equal(1, r.Run!.Node.Host.Core.Counters.ObjectMismatches));
    }

    [Fact]
    public void Equal_registrations_are_no_mismatch_and_neither_are_names_that_one_side_lacks()
    {
        using var logs = new CapturedLogs();
        using var cluster = Cluster(
            logs,
            b => b.AddBoundedCounter("b", 5, o => o.Allowance = 1).AddPool("p", [1, 2]).AddMap<int, string>("m").AddCounter("only here"),
            b => b.AddBoundedCounter("b", 5, o => o.Allowance = 2).AddPool("p", [2, 1]).AddMap<long, string>("m", TimeSpan.FromMinutes(1)).AddFlag("only there"));
        cluster.RunFor(TimeSpan.FromSeconds(30));
        Assert.All([cluster.On(0), cluster.On(1)], r => Assert.DoesNotContain(r.Health.Findings, f => f.Reason == ReplicaHealthReason.ObjectMismatch));
        Assert.Empty(Errors(logs));
    }

    [Fact]
    public void A_mismatch_ends_when_the_other_version_is_deployed()
    {
        using var logs = new CapturedLogs();
        using var cluster = Cluster(logs, b => b.AddCounter("x"), b => b.AddFlag("x"));
        cluster.RunFor(TimeSpan.FromSeconds(3));
        Assert.Contains(cluster.On(0).Health.Findings, f => f.Reason == ReplicaHealthReason.ObjectMismatch);
        cluster.Replicas[1].Stop();
        cluster.Replicas[1].Start(b => b.AddCounter("x"));
        cluster.RunFor(TimeSpan.FromSeconds(3));
        Assert.DoesNotContain(cluster.On(0).Health.Findings, f => f.Reason == ReplicaHealthReason.ObjectMismatch);
        Assert.Contains(logs.All, e => e.EventId == 19 && e.Message.Contains(nameof(ReplicaHealthReason.ObjectMismatch), StringComparison.Ordinal));
    }

    [Fact]
    public void A_capacity_other_than_the_one_granted_says_that_it_is_ignored_also_when_its_first_holder_is_gone()
    {
        using var logs = new CapturedLogs();
        using var cluster = new SimulatedCluster(
            new SimulationOptions { Replicas = 2, Logging = logs, Configure = o => o.ExpectedReplicas = 2 }, b => b.AddBoundedCounter("x", 100));
        cluster.RunUntil(() => cluster.On(0).GetBoundedCounter("x").Available == 100);
        cluster.Replicas[1].Stop();
        cluster.Replicas[1].Start(b => b.AddBoundedCounter("x", 200));
        cluster.RunUntilMeshed();
        cluster.Replicas[0].Stop();
        cluster.Replicas[0].Start(b => b.AddBoundedCounter("x", 200));
        cluster.RunUntilMeshed();
        cluster.RunFor(TimeSpan.FromSeconds(5));
        var finding = Assert.Single(cluster.On(1).Health.Findings, f => f.Reason == ReplicaHealthReason.ObjectMismatch);
        Assert.Contains("200 units; the cluster granted 100", finding.Message, StringComparison.Ordinal);
        Assert.Contains("GrantAsync", finding.Remedy, StringComparison.Ordinal);
        Assert.Equal(100, cluster.On(1).Audits["x"].Issued);
    }

    [Fact]
    public void A_peer_with_more_objects_than_fit_into_a_frame_declares_them_in_parts()
    {
        var declarations = new Declarations();
        for (var i = 0; i < 500; i++) declarations.Add(Declared($"{i:d3}{new string('n', 200)}", ObjectKind.Counter));
        var frames = declarations.Frames(4096);
        Assert.All(frames, f => Assert.InRange(f.Length, 1, 4096));
        var other = new Declarations();
        for (var i = 0; i < 500; i++) other.Add(Declared($"{i:d3}{new string('n', 200)}", ObjectKind.Flag));
        foreach (var frame in frames)
        {
            var reader = new SpanReader(frame);
            Assert.True(MessageReader.TryReadType(ref reader, out var type));
            Assert.Equal(MessageType.Objects, type);
            var objects = ControlReader.ReadObjects(frame, out var isContinued)!;
            other.Learn(new ReplicaId(1), "peer", isContinued, objects);
        }

        Assert.Equal(500, other.Differing.Count);
        other.Forget(new ReplicaId(1));
        Assert.Empty(other.Differing);
    }

    [Fact]
    public void What_a_peer_declares_of_names_that_are_not_here_is_not_kept()
    {
        var declarations = new Declarations();
        declarations.Add(Declared("x", ObjectKind.Counter));
        for (var round = 0; round < 100; round++)
            declarations.Learn(new ReplicaId(1), "peer", round > 0, [.. Enumerable.Range(0, 1000).Select(i => Declared($"{round}.{i}", ObjectKind.Map)), Declared("x", ObjectKind.Set)]);
        Assert.Equal("x", Assert.Single(declarations.Differing).Key);
        Assert.Single(declarations.Differing["x"]);
    }

    [Fact]
    public void Control_characters_of_a_peer_reach_no_message()
    {
        var theirs = new DeclaredObject(new("x", ObjectKind.Map, "a\nb" + new string('c', 900)), "d\u001b[31m", []);
        var (message, _) = global::PeerReplica.Hosting.ObjectMismatch.Describe(Declared("x", ObjectKind.Counter), new() { [new ReplicaId(1)] = ("node\r\n", theirs) });
        Assert.DoesNotContain(message, char.IsControl);
        Assert.InRange(message.Length, 1, 500);
    }

    private static DeclaredObject Declared(string name, ObjectKind kind) => new(new(name, kind, ""), "", []);

    private static IEnumerable<string> Errors(CapturedLogs logs) => logs.All.Where(e => e.EventId == 18 && e.Level == LogLevel.Error).Select(e => e.Message);

    private static SimulatedCluster Cluster(CapturedLogs logs, Action<IPeerReplicaBuilder> one, Action<IPeerReplicaBuilder> other)
    {
        var cluster = new SimulatedCluster(new SimulationOptions { Replicas = 1, Logging = logs }, one);
        cluster.Add(other);
        cluster.RunUntilMeshed();
        return cluster;
    }
}
